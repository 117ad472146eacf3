"""Flags for the model and for pictures, shared by several verbs."""

from absl import flags

from cartoongan_tf.cartoonize import settings
from cartoongan_tf.inference import styles

FLAGS = flags.FLAGS
# Arguments of `cartoonizer.Cartoonizer`; the rest are `settings.Settings`.
MODEL_NAMES = ("model", "strength", "preserve_color", "tile")

_DEFAULT = settings.Settings()


def values(names):
    """Flag values by name, for those of the names that are flags."""
    return {name: FLAGS[name].value for name in names if name in FLAGS}


flags.DEFINE_string(
    "model",
    styles.DEFAULT,
    "The name of a shipped style, a .keras file, the --workdir of a run, a "
    "SavedModel folder, a .tflite or .onnx file, a .npz file with the authors' "
    "weights, the URL of a TensorFlow Serving server, such as "
    "http://localhost:8501, or a model on the Hugging Face Hub, hf://OWNER/"
    "NAME[@REVISION][/FILE], which needs the extra [hub].",
)
flags.DEFINE_integer(
    "quality",
    _DEFAULT.quality,
    "Encoding quality, from 1 to 100, of JPEG (92 by default), WebP (90; 100 "
    "is lossless) and AVIF (85).",
    1,
    100,
)
flags.DEFINE_bool(
    "strip_metadata",
    _DEFAULT.strip_metadata,
    "Whether to remove metadata from pictures, such as EXIF with its location "
    "and time. Color profiles are kept.",
)
flags.DEFINE_float(
    "strength",
    1.0,
    "Share of the cartoon, from 0 to 1, in a blend with the photo.",
    0.0,
    1.0,
)
flags.DEFINE_bool(
    "preserve_color",
    False,
    "Whether to match the cartoon's color statistics to the photo's.",
)
flags.DEFINE_bool(
    "compare",
    _DEFAULT.compare,
    "Whether to write photo and cartoon side by side.",
)
flags.DEFINE_integer(
    "max_side",
    _DEFAULT.max_side,
    "Longer side, in pixels, that larger inputs are downscaled to. Lines have "
    "a fixed width in pixels, so they look bolder in smaller pictures.",
    16,
)
flags.DEFINE_integer(
    "max_pixels",
    _DEFAULT.max_pixels,
    "Pixel limit: larger pictures are not decoded.",
    1,
)
flags.DEFINE_integer(
    "tile",
    None,
    "Side, in pixels, of the tiles that larger pictures are processed in. "
    "Smaller tiles need less memory and more time. Results are the same, "
    "except for slight tonal changes with the paper's generator.",
    1,
)
