import pathlib

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.data import image_source
from cartoongan_tf.nn import networks
from cartoongan_tf.training import config
from cartoongan_tf.training import objectives
from cartoongan_tf.training import runs

FOLDERS = {"photo_dir": "p", "cartoon_dir": "c", "workdir": "w"}


def settings(**changes):
    return config.TrainConfig(**FOLDERS, **changes)


def test_the_objective_has_every_weight_of_the_settings():
    names = {
        "content": "content_weight",
        "adversarial": "patch_weight",
        "feature_adversarial": "feature_weight",
        "color": "color_weight",
        "luminance": "luminance_weight",
        "flat": "flat_weight",
        "palette": "palette_weight",
        "pixel": "pixel_weight",
        "variation": "variation_weight",
    }
    values = {flag: 0.1 * n for n, flag in enumerate(names.values(), 1)}
    aim = objectives.from_config(settings(**values), None)
    assert aim.weights == {name: values[flag] for name, flag in names.items()}
    assert aim.target.name == "photo"
    smoothed = settings(content_target="smoothed")
    assert objectives.from_config(smoothed, None).target.name == "smoothed"


def test_graded_targets_are_as_saturated_as_the_cartoons():
    def source(red):
        picture = tf.constant([[[red, 100, 100]]], tf.uint8)
        return image_source.PictureSource(
            [pathlib.Path("p")], lambda n: picture
        )

    for chosen, gain in (("inked", 1.25), ("painted", 1.25), ("photo", 1.0)):
        chosen = settings(content_target=chosen, warmup_loss="pixels")
        run = runs.Run(chosen, source(120), source(125), [])
        for aim in (
            objectives.adversarial(run, None),
            objectives.warm_up(run, None),
        ):
            saturation = aim.target.grade.saturation
            assert saturation == pytest.approx(gain, abs=1e-3)


def test_people_have_their_own_content_weight():
    people = settings(people_dir="f", people_content=3.0, content_weight=0.5)
    aim = objectives.from_config(people, None)
    assert (aim.people, aim.weights["people_content"]) == (2, 1.0)


@pytest.mark.parametrize("loss", ["content", "pixels"])
def test_the_teacher_makes_the_content_target(loss, tmp_path, batch):
    teacher = networks.new_generator("light", 4, 1)
    teacher.save(tmp_path / "teacher.keras")
    chosen = settings(
        content_target="teacher",
        teacher=str(tmp_path / "teacher.keras"),
        warmup_loss=loss,
    )
    run = runs.Run(chosen, None, None, [])
    photos = batch[0]
    for aim in (
        objectives.adversarial(run, None),
        objectives.warm_up(run, None),
    ):
        np.testing.assert_array_equal(aim.target(photos), teacher(photos))
