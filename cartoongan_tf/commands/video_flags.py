"""Flags of how videos are smoothed and encoded."""

from absl import flags

from cartoongan_tf.cartoonize import settings
from cartoongan_tf.video import codecs

_DEFAULT = settings.Settings()

flags.DEFINE_bool(
    "temporal",
    _DEFAULT.temporal,
    "Whether the frames of videos and animations are smoothed over time.",
)
flags.DEFINE_enum(
    "codec",
    _DEFAULT.codec,
    codecs.CODECS,
    "Of videos; h264 by default, vp9 in WebM, prores in a transparent MOV.",
)
flags.DEFINE_integer(
    "crf",
    _DEFAULT.crf,
    "Constant rate factor of videos: lower is better and larger. 0 to 51 for "
    "h264 (20 by default) and h265 (23), to 63 for vp9 and av1 (30), to 31 for "
    "prores (4).",
    0,
)
