"""Objectives of a run's generator, one for each phase."""

import dataclasses
from collections.abc import Callable

from cartoongan_tf.filters import grading
from cartoongan_tf.losses import content_target
from cartoongan_tf.losses import objective
from cartoongan_tf.training import config
from cartoongan_tf.training import runs


def adversarial(
    run: runs.Run, content_features: Callable
) -> objective.Objective:
    """Objective of the adversarial phase.

    Args:
        run: The run.
        content_features: Feature function for the content loss
            (`perceptual_features.py`).
    """
    return from_config(run.config, content_features, run.grade, run.teacher)


def warm_up(
    run: runs.Run, content_features: Callable
) -> objective.Objective | objective.PixelObjective:
    """Objective of the warm-up phase; arguments as for `adversarial`."""
    full = adversarial(run, content_features)
    if run.config.warmup_loss == "pixels":
        return objective.PixelObjective(full.target)
    # These terms blur, and there is no discriminator yet to sharpen.
    return dataclasses.replace(full, variation_weight=0, flat_weight=0)


def from_config(
    settings: config.TrainConfig,
    content_features: Callable,
    grade: grading.Grade = grading.DEFAULT,
    teacher: Callable | None = None,
) -> objective.Objective:
    """Builds the objective that the settings describe.

    Args:
        settings: Settings of a run.
        content_features: Feature function for the content loss.
        grade: Color grade of an inked or painted target.
        teacher: Generator to distill, for `content_target`=teacher.
    """
    return objective.Objective(
        content_features,
        settings.content_weight,
        color_weight=settings.effective_color_weight,
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
