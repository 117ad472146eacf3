"""What the generator of a run minimizes, in either phase."""

import dataclasses
from collections.abc import Callable

from cartoongan_tf.filters import grading
from cartoongan_tf.losses import content_target
from cartoongan_tf.losses import objective
from cartoongan_tf.training import config
from cartoongan_tf.training import runs


def of_run(run: runs.Run, features: Callable) -> objective.Objective:
    """What is minimized beside the discriminators.

    Args:
        run: The run.
        features: Feature function for the content loss
            (`perceptual_features.py`).
    """
    return of_settings(run.config, features, run.grade, run.teacher)


def of_warm_up(
    run: runs.Run, features: Callable
) -> objective.Objective | objective.PixelObjective:
    """What is minimized in the warm-up; arguments as of `of_run`."""
    adversarial = of_run(run, features)
    if run.config.warmup_loss == "pixels":
        return objective.PixelObjective(adversarial.target)
    # Nothing sharpens yet what these would blur.
    return dataclasses.replace(adversarial, variation_weight=0, flat_weight=0)


def of_settings(
    settings: config.TrainConfig,
    features: Callable,
    grade: grading.Grade = grading.PLAIN,
    teacher: Callable | None = None,
) -> objective.Objective:
    """What settings ask for beside discriminators.

    Args:
        settings: Settings of a run.
        features: Feature function for the content loss.
        grade: What becomes of colors in an inked or painted target.
        teacher: A generator to distill, if the target is what it makes.
    """
    return objective.Objective(
        features,
        settings.content_weight,
        color_weight=settings.color_weight_in_use,
        luminance_weight=settings.luminance_weight,
        flat_weight=settings.flat_weight,
        palette_weight=settings.palette_weight,
        pixel_weight=settings.pixel_weight,
        variation_weight=settings.variation_weight,
        patch_weight=settings.patch_weight,
        feature_weight=settings.feature_weight,
        target=content_target.ContentTarget(
            settings.content_target, grade, teacher
        ),
        people=settings.people_count,
        people_content=settings.people_content,
    )
