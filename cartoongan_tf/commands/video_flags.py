"""Flags for temporal smoothing and encoding of videos."""

from absl import flags

from cartoongan_tf.cartoonize import settings
from cartoongan_tf.video import codecs

_DEFAULT = settings.Settings()

flags.DEFINE_bool(
    "temporal",
    _DEFAULT.temporal,
    "Whether to smooth the frames of videos and animations over time, against "
    "flicker.",
)
flags.DEFINE_enum(
    "codec",
    _DEFAULT.codec,
    codecs.CODECS,
    "Video codec: h264 by default, vp9 in WebM, prores in a MOV with "
    "transparency.",
)
flags.DEFINE_integer(
    "crf",
    _DEFAULT.crf,
    "Constant rate factor of videos: lower means better quality and larger "
    "files. 0 to 51 for h264 (20 by default) and h265 (23), to 63 for vp9 and "
    "av1 (30), to 31 for prores (4).",
    0,
)
