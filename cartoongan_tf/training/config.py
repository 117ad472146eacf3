"""Settings of a training run: names, defaults and allowed values."""

import dataclasses
from collections.abc import Callable
from typing import Any
from typing import NamedTuple

from cartoongan_tf.core import errors

_MAX_SEED = 2**32 - 1  # NumPy's limit.


class _Rule(NamedTuple):
    """Constraint on a value, and its description for messages."""

    is_met: Callable[[Any], bool]
    text: str


def _at_least(minimum):
    return _Rule(lambda value: value >= minimum, f"at least {minimum}")


def _at_most(maximum):
    return _Rule(lambda value: value <= maximum, f"at most {maximum}")


_BELOW_ONE = _Rule(lambda value: value < 1, "below 1")
_FRACTION = _Rule(lambda value: 0 <= value <= 1, "from 0 to 1")
_ODD = _Rule(lambda value: value % 2, "odd")
_POSITIVE = _Rule(lambda value: value > 0, "above 0")


def _setting(default, *rules: _Rule) -> Any:
    return dataclasses.field(default=default, metadata={"rules": rules})


@dataclasses.dataclass(frozen=True)
class TrainConfig:
    """Settings of one run. `train` has one flag for each field.

    Raises:
        InputError: If a value is out of range, or two values contradict each
            other; the message names the setting.
    """

    photo_dir: str
    cartoon_dir: str
    workdir: str
    init_from: str | None = None
    content_features: str = "vgg19"
    vgg19_weights: str = "imagenet"
    mixed_precision: str = "none"
    compute_dtype: str = "bfloat16"
    content_weight: float = _setting(1.5e-4, _at_least(0))
    color_weight: float | None = _setting(None, _at_least(0))
    variation_weight: float = _setting(0.0, _at_least(0))
    luminance_weight: float = _setting(0.0, _at_least(0))
    flat_weight: float = _setting(0.0, _at_least(0))
    palette_weight: float = _setting(0.0, _at_least(0))
    pixel_weight: float = _setting(0.0, _at_least(0))
    content_target: str = "photo"
    teacher: str | None = None
    match_tones: float = _setting(0.0, _FRACTION)
    line_lightness: float = _setting(1.0, _FRACTION)
    gradient_penalty_weight: float = _setting(10.0, _at_least(0))
    discriminator: str = "patch"
    patch_weight: float = _setting(1.0, _POSITIVE)
    feature_weight: float = _setting(0.7, _POSITIVE)
    features_every: int = _setting(1, _at_least(1))
    feature_shift: int = _setting(0, _at_least(0))
    gray_share: float = _setting(0.0, _FRACTION)
    adversarial_loss: str = "lsgan"
    generator: str = "cartoongan"
    filters: int | None = _setting(None, _at_least(1))
    blocks: int = _setting(8, _at_least(0))
    discriminator_filters: int = _setting(32, _at_least(1))
    bad_images: str = "error"
    check_data: bool = True
    cache: str = "none"
    denoise_cartoons: float = _setting(0.0, _at_least(0))
    people_dir: str | None = None
    people_share: float = _setting(0.25, _FRACTION)
    people_content: float = _setting(1.0, _at_least(0))
    match_crops: bool = False
    most_white: float = _setting(1.0, _FRACTION)
    stray_share: float = _setting(0.0, _FRACTION)
    image_size: int = _setting(256, _at_least(32))
    smallest_crop: float = _setting(0.6, _POSITIVE)
    largest_crop: float = 1.0
    horizontal_flip: bool = True
    edge_low: int = _setting(100, _at_least(0))
    edge_high: int = _setting(200, _at_least(0))
    edge_dilation: int = _setting(5, _at_least(1), _ODD)
    smoothing: str = "gaussian"
    smoothing_kernel: int = _setting(5, _at_least(1), _ODD)
    batch_size: int = _setting(8, _at_least(1))
    warmup_loss: str = "content"
    warmup_steps: int = _setting(10_000, _at_least(0))
    steps: int = _setting(100_000, _at_least(0))
    warmup_learning_rate: float = _setting(2e-4, _POSITIVE)
    generator_learning_rate: float = _setting(2e-4, _POSITIVE)
    discriminator_learning_rate: float = _setting(2e-4, _POSITIVE)
    decay_start: int | None = _setting(None, _at_least(0))
    image_pool: int = _setting(50, _at_least(0))
    ema_momentum: float = _setting(0.995, _at_least(0), _BELOW_ONE)
    holdout: int = _setting(0, _at_least(0))
    holdout_people: int = _setting(0, _at_least(0))
    evaluate_every: int | None = _setting(None, _at_least(1))
    inception_weights: str = "imagenet"
    sample_every: int = _setting(500, _at_least(1))
    checkpoint_every: int = _setting(500, _at_least(1))
    deterministic: bool | None = None
    strategy: str = "none"
    seed: int = _setting(0, _at_least(0), _at_most(_MAX_SEED))

    def __post_init__(self):
        _check_ranges(self)
        _check_people(self)
        _check_dependent(self)
        if not self.smallest_crop <= self.largest_crop <= 1:
            raise errors.InputError(
                "`smallest_crop` and `largest_crop` are shares of a picture's "
                "short side, the smallest not above the largest and that 1 at "
                f"most; received {self.smallest_crop} and {self.largest_crop}."
            )
        if self.has_feature_discriminator and self.content_features != "vgg19":
            raise errors.InputError(
                f"`discriminator`={self.discriminator} uses VGG19 "
                "features; pass `content_features`=vgg19, or "
                "`discriminator`=patch."
            )
        largest_shift = self.image_size - _MIN_VIEW
        if self.feature_shift > largest_shift:
            raise errors.InputError(
                f"`feature_shift`={self.feature_shift} must leave at least "
                f"{_MIN_VIEW} pixels of `image_size`={self.image_size}; "
                f"pass {largest_shift} at most."
            )
        if self.smoothing_kernel > self.image_size:
            raise errors.InputError(
                f"`smoothing_kernel`={self.smoothing_kernel} must not be "
                f"larger than `image_size`={self.image_size}."
            )
        holdout = self.holdout + self.holdout_people
        if self.evaluate_every and holdout < _MIN_HOLDOUT:
            raise errors.InputError(
                f"`evaluate_every` needs photos that are not trained on; pass "
                f"at least `holdout`={_MIN_HOLDOUT}, received {holdout}."
            )
        if 0 < self.image_pool < self.batch_size:
            raise errors.InputError(
                f"`image_pool`={self.image_pool} must hold at least one "
                f"batch, `batch_size`={self.batch_size}, or be 0 for no pool."
            )

    @property
    def has_patch_discriminator(self) -> bool:
        """Whether the run trains the paper's discriminator, on pixels."""
        return self.discriminator in ("patch", "both")

    @property
    def has_feature_discriminator(self) -> bool:
        """Whether the run trains a discriminator on VGG19 features."""
        return self.discriminator in ("features", "both")

    @property
    def scales_losses(self) -> bool:
        """Whether loss scaling is needed: float16 gradients underflow."""
        is_mixed = self.mixed_precision != "none"
        return is_mixed and self.compute_dtype == "float16"

    @property
    def people_count(self) -> int:
        """Number of photos of each batch from `people_dir`."""
        if self.people_dir is None:
            return 0
        return round(self.people_share * self.batch_size)

    @property
    def effective_color_weight(self) -> float:
        """`color_weight`, or the default of the generator's architecture."""
        if self.color_weight is None:
            return _COLOR_WEIGHTS[self.generator]
        return self.color_weight


DISCRIMINATORS = ("patch", "features", "both")
WARMUP_LOSSES = ("content", "pixels")
STRATEGIES = ("none", "mirrored", "multi_worker")
CONTENT_TARGETS = ("photo", "smoothed", "inked", "painted", "teacher")
GRADED_TARGETS = ("inked", "painted")  # Graded to the cartoons' colors.

# The paper's generator cannot see a color cast, so it cannot undo one either.
_COLOR_WEIGHTS = {"cartoongan": 0.0, "light": 15.0}

# Settings that may change when a run resumes: they affect how long, how fast
# and where it trains, but not the result.
CHANGEABLE = (
    "workdir",
    "check_data",
    "cache",
    "steps",
    "evaluate_every",
    "sample_every",
    "checkpoint_every",
    "strategy",
)
_MIN_HOLDOUT = 10
_MIN_VIEW = 24  # Pixels: three a side in VGG19's map at 1/8 resolution.


def _check_ranges(settings):
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if value is None:
            continue
        for rule in field.metadata.get("rules", ()):
            if not rule.is_met(value):
                raise errors.InputError(
                    f"`{field.name}` must be {rule.text}, received {value}."
                )


def _check_people(settings):
    if settings.people_dir is None:
        if settings.holdout_people:
            raise errors.InputError(
                f"`holdout_people`={settings.holdout_people} holds out "
                "photos of `people_dir`; name that folder, or pass "
                "`holdout`."
            )
    elif not settings.people_count:
        raise errors.InputError(
            f"`people_share`={settings.people_share} of "
            f"`batch_size`={settings.batch_size} is not even one photo; pass "
            f"at least `people_share`={1 / settings.batch_size:.2g}."
        )


def _check_dependent(settings):
    if settings.features_every > 1 and not settings.has_patch_discriminator:
        raise errors.InputError(
            f"`features_every`={settings.features_every} leaves some steps "
            "without a discriminator; pass `discriminator`=both, or patch."
        )
    if (settings.content_target == "teacher") != bool(settings.teacher):
        raise errors.InputError(
            f"`teacher`={settings.teacher} and `content_target`=teacher go "
            f"together, received {settings.content_target}."
        )
    if settings.match_tones and settings.content_target not in GRADED_TARGETS:
        raise errors.InputError(
            f"`match_tones`={settings.match_tones} needs a `content_target` "
            f"of {' or '.join(GRADED_TARGETS)}, received "
            f"{settings.content_target}."
        )
    if settings.line_lightness < 1 and settings.content_target != "inked":
        raise errors.InputError(
            f"`line_lightness`={settings.line_lightness} needs a "
            f"`content_target` of inked, received {settings.content_target}."
        )
    if settings.most_white < 1 and not settings.match_crops:
        raise errors.InputError(
            f"`most_white`={settings.most_white} only applies to "
            "`match_crops`; pass that as well."
        )
