"""Flags of what makes cartoons of pictures: the model, and how it is used."""

from absl import flags

from cartoongan_tf.cartoonize import settings
from cartoongan_tf.inference import styles

FLAGS = flags.FLAGS
# Arguments of `cartoonizer.Cartoonizer`; the others are of `settings.Settings`.
MODEL_NAMES = ("model", "strength", "preserve_color", "tile")

_DEFAULT = settings.Settings()


def values(names):
    """What the command was given, by those of the names that are flags."""
    return {name: FLAGS[name].value for name in names if name in FLAGS}


flags.DEFINE_string(
    "model",
    styles.DEFAULT,
    "A shipped style by its name, a .keras file, the --workdir of a run, a "
    "SavedModel folder, a .tflite or .onnx file, an .npz file with the "
    "authors' weights, the URL of a model that TensorFlow Serving serves, such "
    "as http://localhost:8501, or a model on the Hugging Face Hub, hf://OWNER/"
    "NAME[@REVISION][/FILE], which needs the extra [hub].",
)
flags.DEFINE_integer(
    "quality",
    _DEFAULT.quality,
    "Of JPEG (92 by default), WebP (90; 100 is lossless) and AVIF (85).",
    1,
    100,
)
flags.DEFINE_bool(
    "strip_metadata",
    _DEFAULT.strip_metadata,
    "Whether to leave out what a picture's file tells besides the picture: "
    "EXIF with its place and time, and so on. Color profiles stay.",
)
flags.DEFINE_float(
    "strength", 1.0, "Share of the cartoon; the rest is the photo.", 0.0, 1.0
)
flags.DEFINE_bool(
    "preserve_color",
    False,
    "Whether cartoons get the color statistics of their photos.",
)
flags.DEFINE_bool(
    "compare", _DEFAULT.compare, "Whether to put the photo beside its cartoon."
)
flags.DEFINE_integer(
    "max_side",
    _DEFAULT.max_side,
    "Longer side, in pixels, to which larger inputs are reduced. Lines have a "
    "width in pixels: on reduced photos they are bolder.",
    16,
)
flags.DEFINE_integer(
    "max_pixels",
    _DEFAULT.max_pixels,
    "Pictures of more pixels are not decoded.",
    1,
)
flags.DEFINE_integer(
    "tile",
    None,
    "Side, in pixels, of the tiles that larger pictures are computed in. "
    "Smaller ones need less memory and more time. Results are the same, but "
    "for the paper's generator, whose tones change a little.",
    1,
)
