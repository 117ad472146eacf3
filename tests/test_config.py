import dataclasses

import pytest

from cartoongan_tf import config
from cartoongan_tf import errors

FOLDERS = {"photo_dir": "p", "cartoon_dir": "c", "workdir": "w"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("batch_size", 0),
        ("image_size", 31),
        ("filters", 0),
        ("steps", -1),
        ("decay_start", -1),
        ("content_weight", -1e-3),
        ("content_weight", float("nan")),
        ("generator_learning_rate", 0.0),
        ("checkpoint_every", 0),
    ],
)
def test_a_setting_out_of_range_is_named(name, value):
    with pytest.raises(errors.InputError, match=f"--{name} must be"):
        config.TrainConfig(**FOLDERS, **{name: value})


def test_a_pool_must_hold_a_batch():
    config.TrainConfig(**FOLDERS, image_pool=0)
    with pytest.raises(errors.InputError, match="--image_pool=7 must hold"):
        config.TrainConfig(**FOLDERS, image_pool=7, batch_size=8)


def test_both_phases_count():
    settings = config.TrainConfig(**FOLDERS, warmup_steps=3, steps=4)
    assert settings.total_steps == 7


def test_changeable_settings_are_settings():
    names = {field.name for field in dataclasses.fields(config.TrainConfig)}
    assert set(config.CHANGEABLE) <= names
