import dataclasses

import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.training import config

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
        ("luminance_weight", -1.0),
        ("flat_weight", -1.0),
        ("palette_weight", -1.0),
        ("pixel_weight", -1.0),
        ("patch_weight", 0.0),
        ("feature_weight", 0.0),
        ("features_every", 0),
        ("feature_shift", -1),
        ("gray_share", 1.1),
        ("gray_share", -0.1),
        ("ema_momentum", -0.5),
        ("ema_momentum", 1.0),
        ("ema_momentum", float("nan")),
        ("generator_learning_rate", 0.0),
        ("checkpoint_every", 0),
        ("seed", -1),
        ("seed", 2**32),
    ],
)
def test_a_setting_out_of_range_is_named(name, value):
    with pytest.raises(errors.InputError, match=f"`{name}` must be"):
        config.TrainConfig(**FOLDERS, **{name: value})


@pytest.mark.parametrize(
    ("name", "minimum"),
    [
        *(
            (name, 0)
            for name in (
                "color_weight",
                "denoise_cartoons",
                "edge_high",
                "edge_low",
                "gradient_penalty_weight",
                "image_pool",
                "pixel_weight",
                "seed",
                "steps",
                "warmup_steps",
            )
        ),
        *(
            (name, 1)
            for name in (
                "checkpoint_every",
                "edge_dilation",
                "filters",
                "sample_every",
                "smoothing_kernel",
            )
        ),
        ("image_size", 32),
    ],
)
def test_minimum_of_a_setting_is_allowed(name, minimum):
    changes = {name: minimum}
    if name == "edge_high":
        changes["edge_low"] = 0
    assert getattr(config.TrainConfig(**FOLDERS, **changes), name) == minimum
    with pytest.raises(errors.InputError, match=f"`{name}`"):
        config.TrainConfig(**FOLDERS, **changes | {name: minimum - 1})


@pytest.mark.parametrize(
    "settings",
    [
        {"seed": 2**32 - 1},
        {"smallest_crop": 0.8, "largest_crop": 0.8},
        {"smoothing_kernel": 33, "image_size": 33},
        {"image_pool": 8, "batch_size": 8},
        {"evaluate_every": 1, "holdout": 10},
        {"gray_share": 1.0, "line_lightness": 1.0, "most_white": 1.0},
    ],
)
def test_maximum_of_a_setting_is_allowed(settings):
    taken = dataclasses.asdict(config.TrainConfig(**FOLDERS, **settings))
    assert settings.items() <= taken.items()


@pytest.mark.parametrize(
    ("precision", "dtype", "scales"),
    [
        ("none", "float16", False),
        ("all", "bfloat16", False),
        ("all", "float16", True),
        ("vgg19", "float16", True),
    ],
)
def test_losses_are_scaled_for_gradients_in_float16(precision, dtype, scales):
    settings = config.TrainConfig(
        **FOLDERS, mixed_precision=precision, compute_dtype=dtype
    )
    assert settings.scales_losses is scales


def test_color_weight_defaults_to_that_of_the_generator():
    for generator, weight in (("cartoongan", 0), ("light", 15)):
        chosen = config.TrainConfig(**FOLDERS, generator=generator)
        assert chosen.effective_color_weight == weight
        other = dataclasses.replace(chosen, color_weight=3.0)
        assert other.effective_color_weight == 3


def test_a_pool_must_hold_a_batch():
    config.TrainConfig(**FOLDERS, image_pool=0)
    with pytest.raises(errors.InputError, match="`image_pool`=7 must hold"):
        config.TrainConfig(**FOLDERS, image_pool=7, batch_size=8)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"edge_dilation": 4}, "`edge_dilation` must be odd, received 4"),
        ({"smoothing_kernel": 6}, "`smoothing_kernel` must be odd"),
        ({"smoothing_kernel": 65, "image_size": 64}, "must not be larger"),
        ({"smallest_crop": 1.1}, "`smallest_crop` and `largest_crop` are sh"),
        ({"largest_crop": 1.1}, "received 0.6 and 1.1"),
        ({"largest_crop": 0.5}, "the smallest not above the largest"),
        ({"smallest_crop": 0.0}, "`smallest_crop` must be above 0"),
        ({"match_tones": 0.5}, "of inked or painted, received photo"),
        ({"match_tones": 1.5}, "`match_tones` must be from 0 to 1"),
        ({"line_lightness": 0.5}, "of inked, received photo"),
        ({"line_lightness": 1.5}, "`line_lightness` must be from 0 to 1"),
        ({"content_target": "teacher"}, "`teacher`=None and `content_target`"),
        ({"teacher": "comic"}, "go together, received photo"),
        ({"most_white": 0.5}, "`match_crops`; pass that as well"),
        ({"most_white": -0.5}, "`most_white` must be from 0 to 1"),
    ],
)
def test_settings_of_the_data_are_checked(settings, message):
    with pytest.raises(errors.InputError, match=message):
        config.TrainConfig(**FOLDERS, **settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"people_share": 1.1}, "`people_share` must be from 0 to 1"),
        ({"stray_share": -0.1}, "`stray_share` must be from 0 to 1"),
        ({"stray_share": float("nan")}, "`stray_share` must be from 0 to 1"),
        ({"holdout_people": 3}, "name that folder, or pass `holdout`"),
        (
            {"people_dir": "f", "people_share": 0.1, "batch_size": 4},
            "pass at least `people_share`=0.25",
        ),
        (
            {"people_dir": "f", "evaluate_every": 1, "holdout_people": 9},
            "least `holdout`=10, received 9",
        ),
    ],
)
def test_settings_of_people_and_negatives_are_checked(settings, message):
    with pytest.raises(errors.InputError, match=message):
        config.TrainConfig(**FOLDERS, **settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"discriminator": "both"}, "`discriminator`=both uses VGG19"),
        ({"discriminator": "features"}, "or `discriminator`=patch"),
    ],
)
def test_feature_discriminator_needs_vgg19(settings, message):
    config.TrainConfig(**FOLDERS, **settings)
    with pytest.raises(errors.InputError, match=message):
        config.TrainConfig(**FOLDERS, content_features="pyramid", **settings)


def test_a_shift_leaves_three_pixels_of_each_map():
    config.TrainConfig(**FOLDERS, image_size=32, feature_shift=8)
    with pytest.raises(errors.InputError, match="pass 8 at most"):
        config.TrainConfig(**FOLDERS, image_size=32, feature_shift=9)


def test_steps_without_features_need_the_patch_discriminator():
    with pytest.raises(errors.InputError, match="without a discriminator"):
        config.TrainConfig(
            **FOLDERS, discriminator="features", features_every=2
        )


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("patch", (True, False)),
        ("features", (False, True)),
        ("both", (True, True)),
    ],
)
def test_discriminator_setting_selects_the_networks(kind, expected):
    settings = config.TrainConfig(**FOLDERS, discriminator=kind)
    found = settings.has_patch_discriminator, settings.has_feature_discriminator
    assert found == expected


def test_holdout_of_people_counts_for_evaluation():
    config.TrainConfig(
        **FOLDERS,
        people_dir="f",
        holdout=4,
        holdout_people=6,
        evaluate_every=1,
    )


def test_people_are_a_rounded_share_of_a_batch():
    def count(**settings):
        return config.TrainConfig(**FOLDERS, **settings).people_count

    assert count(people_dir="f", people_share=0.25, batch_size=4) == 1
    assert count(people_dir="f", people_share=0.6, batch_size=4) == 2
    assert count(people_dir="f", people_share=1.0, batch_size=4) == 4
    assert count(people_share=0.5, batch_size=4) == 0


def test_changeable_settings_are_settings():
    names = {field.name for field in dataclasses.fields(config.TrainConfig)}
    assert set(config.CHANGEABLE) <= names
