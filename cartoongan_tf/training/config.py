"""Every setting of a training run, with its default, in one place."""

import dataclasses

from cartoongan_tf.core import errors


@dataclasses.dataclass(frozen=True)
class TrainConfig:
    """Settings of one run. `train.py` has one flag for each field.

    Raises:
        InputError: If a value is out of range; the message names the flag.
    """

    photo_dir: str
    cartoon_dir: str
    workdir: str
    init_from: str | None = None
    content_features: str = "vgg19"
    vgg19_weights: str = "imagenet"
    mixed_precision: str = "none"
    compute_dtype: str = "bfloat16"
    content_weight: float = 1.5e-4
    color_weight: float | None = None
    variation_weight: float = 0.0
    luminance_weight: float = 0.0
    flat_weight: float = 0.0
    palette_weight: float = 0.0
    pixel_weight: float = 0.0
    content_target: str = "photo"
    teacher: str | None = None
    match_tones: float = 0.0
    line_lightness: float = 1.0
    gradient_penalty_weight: float = 10.0
    discriminator: str = "patch"
    patch_weight: float = 1.0
    feature_weight: float = 0.7
    features_every: int = 1
    feature_shift: int = 0
    gray_share: float = 0.0
    adversarial_loss: str = "lsgan"
    generator: str = "cartoongan"
    filters: int | None = None
    blocks: int = 8
    discriminator_filters: int = 32
    bad_images: str = "error"
    check_data: bool = True
    cache: str = "none"
    denoise_cartoons: float = 0.0
    people_dir: str | None = None
    people_share: float = 0.25
    people_content: float = 1.0
    match_crops: bool = False
    most_white: float = 1.0
    stray_share: float = 0.0
    image_size: int = 256
    smallest_crop: float = 0.6
    largest_crop: float = 1.0
    horizontal_flip: bool = True
    edge_low: int = 100
    edge_high: int = 200
    edge_dilation: int = 5
    smoothing: str = "gaussian"
    smoothing_kernel: int = 5
    batch_size: int = 8
    warmup_loss: str = "content"
    warmup_steps: int = 10_000
    steps: int = 100_000
    warmup_learning_rate: float = 2e-4
    generator_learning_rate: float = 2e-4
    discriminator_learning_rate: float = 2e-4
    decay_start: int | None = None
    image_pool: int = 50
    ema_momentum: float = 0.995
    holdout: int = 0
    holdout_people: int = 0
    evaluate_every: int | None = None
    inception_weights: str = "imagenet"
    sample_every: int = 500
    checkpoint_every: int = 500
    deterministic: bool | None = None
    strategy: str = "none"
    seed: int = 0

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
                f"`discriminator`={self.discriminator} looks at VGG19's "
                "features; pass `content_features`=vgg19, or "
                "`discriminator`=patch."
            )
        largest_shift = self.image_size - _MIN_VIEW
        if self.feature_shift > largest_shift:
            raise errors.InputError(
                f"`feature_shift`={self.feature_shift} must leave at least "
                f"{_MIN_VIEW} pixels of `image_size`={self.image_size}: "
                f"pass {largest_shift} at the most."
            )
        if self.smoothing_kernel > self.image_size:
            raise errors.InputError(
                f"`smoothing_kernel`={self.smoothing_kernel} must not be "
                f"larger than `image_size`={self.image_size}."
            )
        holdout = self.holdout + self.holdout_people
        if self.evaluate_every and holdout < _MIN_HOLDOUT:
            raise errors.InputError(
                f"`evaluate_every` needs photos that are not trained on: give "
                f"`holdout`={_MIN_HOLDOUT} at the least, received "
                f"{holdout}."
            )
        if 0 < self.image_pool < self.batch_size:
            raise errors.InputError(
                f"`image_pool`={self.image_pool} must hold at least a batch, "
                f"`batch_size`={self.batch_size}, or be 0 for none."
            )

    @property
    def has_patch_discriminator(self) -> bool:
        """Whether a discriminator looks at pixels, as the paper's does."""
        return self.discriminator in ("patch", "both")

    @property
    def has_feature_discriminator(self) -> bool:
        """Whether a discriminator looks at VGG19's features."""
        return self.discriminator in ("features", "both")

    @property
    def scales_losses(self) -> bool:
        """Whether gradients would underflow in the precision of the run."""
        is_mixed = self.mixed_precision != "none"
        return is_mixed and self.compute_dtype == "float16"

    @property
    def people_count(self) -> int:
        """Number of photos of each batch from `people_dir`."""
        if self.people_dir is None:
            return 0
        return round(self.people_share * self.batch_size)

    @property
    def color_weight_in_use(self) -> float:
        """`color_weight`, or what is good for the generator."""
        if self.color_weight is None:
            return _COLOR_WEIGHTS[self.generator]
        return self.color_weight


DISCRIMINATORS = ("patch", "features", "both")
WARMUP_LOSSES = ("content", "pixels")
STRATEGIES = ("none", "mirrored", "multi_worker")
CONTENT_TARGETS = ("photo", "smoothed", "inked", "painted", "teacher")
GRADED_TARGETS = ("inked", "painted")  # Whose colors follow the cartoons'.

# The paper's generator cannot see a color cast: it cannot undo one either.
_COLOR_WEIGHTS = {"cartoongan": 0.0, "light": 15.0}

# May differ when a run goes on: they change how long, how fast and where, not
# what.
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
_MIN_VIEW = 24  # pixels: three a side in VGG19's map at an eighth

_MINIMUM = {
    "content_weight": 0,
    "color_weight": 0,
    "variation_weight": 0,
    "gradient_penalty_weight": 0,
    "luminance_weight": 0,
    "flat_weight": 0,
    "palette_weight": 0,
    "pixel_weight": 0,
    "features_every": 1,
    "feature_shift": 0,
    "denoise_cartoons": 0,
    "people_content": 0,
    "ema_momentum": 0,
    "filters": 1,
    "blocks": 0,
    "discriminator_filters": 1,
    "image_size": 32,
    "batch_size": 1,
    "edge_low": 0,
    "edge_high": 0,
    "edge_dilation": 1,
    "smoothing_kernel": 1,
    "warmup_steps": 0,
    "steps": 0,
    "decay_start": 0,
    "image_pool": 0,
    "holdout": 0,
    "holdout_people": 0,
    "evaluate_every": 1,
    "sample_every": 1,
    "checkpoint_every": 1,
    "seed": 0,
}
_MAX_SEED = 2**32 - 1  # NumPy's
_ODD_SETTINGS = ("edge_dilation", "smoothing_kernel")
_SHARES = (
    "gray_share",
    "line_lightness",
    "match_tones",
    "most_white",
    "people_share",
    "stray_share",
)
_POSITIVE_SETTINGS = (
    "patch_weight",
    "feature_weight",
    "smallest_crop",
    "warmup_learning_rate",
    "generator_learning_rate",
    "discriminator_learning_rate",
)


def _check_ranges(settings):
    def require(name, is_allowed, rule):
        value = getattr(settings, name)
        if value is not None and not is_allowed(value):
            raise errors.InputError(
                f"`{name}` must be {rule}, received {value}."
            )

    for name, least in _MINIMUM.items():
        require(name, lambda v, least=least: v >= least, f"at least {least}")
    require("seed", lambda v: v <= _MAX_SEED, f"at most {_MAX_SEED}")
    require("ema_momentum", lambda v: v < 1, "below 1")
    for name in _POSITIVE_SETTINGS:
        require(name, lambda v: v > 0, "above 0")
    for name in _ODD_SETTINGS:
        require(name, lambda v: v % 2, "odd")
    for name in _SHARES:
        require(name, lambda v: 0 <= v <= 1, "from 0 to 1")


def _check_people(settings):
    if settings.people_dir is None:
        if settings.holdout_people:
            raise errors.InputError(
                f"`holdout_people`={settings.holdout_people} holds back "
                "photos of `people_dir`; name that folder, or pass "
                "`holdout`."
            )
    elif not settings.people_count:
        raise errors.InputError(
            f"`people_share`={settings.people_share} of "
            f"`batch_size`={settings.batch_size} is no photo at all; pass at "
            f"least `people_share`={1 / settings.batch_size:.2g}."
        )


def _check_dependent(settings):
    if settings.features_every > 1 and not settings.has_patch_discriminator:
        raise errors.InputError(
            f"`features_every`={settings.features_every} leaves steps without "
            "a discriminator; pass `discriminator`=both, or patch."
        )
    if (settings.content_target == "teacher") != bool(settings.teacher):
        raise errors.InputError(
            f"`teacher`={settings.teacher} and a `content_target` of teacher "
            f"go together, received {settings.content_target}."
        )
    if settings.match_tones and settings.content_target not in GRADED_TARGETS:
        raise errors.InputError(
            f"`match_tones`={settings.match_tones} changes a `content_target` "
            f"of {' or '.join(GRADED_TARGETS)}, received "
            f"{settings.content_target}."
        )
    if settings.line_lightness < 1 and settings.content_target != "inked":
        raise errors.InputError(
            f"`line_lightness`={settings.line_lightness} changes a "
            f"`content_target` of inked, received {settings.content_target}."
        )
    if settings.most_white < 1 and not settings.match_crops:
        raise errors.InputError(
            f"`most_white`={settings.most_white} chooses among the crops of "
            "`match_crops`; pass that as well."
        )
