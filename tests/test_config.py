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
        ("color_weight", -0.1),
        ("variation_weight", -1.0),
        ("ema_momentum", -0.5),
        ("ema_momentum", 1.0),
        ("ema_momentum", float("nan")),
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


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"edge_dilation": 4}, "--edge_dilation must be odd, received 4"),
        ({"smoothing_kernel": 6}, "--smoothing_kernel must be odd"),
        ({"smoothing_kernel": 65, "image_size": 64}, "must not be larger"),
        ({"smallest_crop": 1.1}, "--smallest_crop and --largest_crop are sh"),
        ({"largest_crop": 1.1}, "received 0.6 and 1.1"),
        ({"largest_crop": 0.5}, "the smallest not above the largest"),
        ({"smallest_crop": 0.0}, "--smallest_crop must be above 0"),
    ],
)
def test_settings_of_the_data_are_checked(settings, message):
    with pytest.raises(errors.InputError, match=message):
        config.TrainConfig(**FOLDERS, **settings)


def test_changeable_settings_are_settings():
    names = {field.name for field in dataclasses.fields(config.TrainConfig)}
    assert set(config.CHANGEABLE) <= names
