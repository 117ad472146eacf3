r"""Turns photos, animations, videos and what a camera sees into cartoons.

    cartoongan photo.jpg ...
    cartoongan --output=mine photos/ 'scans/**/*.tif' cat.gif
    cartoongan --output=cartoon.mp4 film.mp4
    cartoongan - < photo.jpg > cartoon.jpg
    cartoongan camera:0

Results are of exactly their input's size and, where it is written well, format;
they go into --output, cartoons/ by default, in which sub-folders are mirrored.
What is there already is left alone, so that the same command goes on where it
stopped. What cannot be read is named, the rest goes on, and the exit code is 1.

The model is a style that comes with the program (storybook by default), a
.keras file, the --workdir of a run, a SavedModel folder, a .tflite or .onnx
file, or a URL of TensorFlow Serving. sample:photos stands for the photos that
come with scikit-image (the extra [samples]).
"""

from absl import flags

from cartoongan_tf.cartoonize import settings
from cartoongan_tf.inference import styles
from cartoongan_tf.video import codecs

FLAGS = flags.FLAGS
ARGUMENTS = "files or folders"

_DEFAULT = settings.Settings()
OUTPUT_FOLDER = "cartoons"

flags.DEFINE_string(
    "model",
    styles.DEFAULT,
    "A shipped style by its name, a .keras file, the --workdir of a run, a "
    "SavedModel folder, a .tflite or .onnx file, or the URL of a model that "
    "TensorFlow Serving serves, such as http://localhost:8501.",
)
flags.DEFINE_string(
    "output",
    None,
    f"Folder to write into, `{OUTPUT_FOLDER}` by default; for one input also "
    "a file, or - for standard output, which is where - goes by default. A "
    "camera is shown in a window by default.",
)
flags.DEFINE_string(
    "format",
    None,
    "What to write instead of the input's own format: jpg, png, webp, avif, "
    "tiff, bmp or gif; for videos and animations mp4, mkv, mov or webm.",
)
flags.DEFINE_integer(
    "quality",
    _DEFAULT.quality,
    "Of JPEG (92 by default), WebP (90; 100 is lossless) and AVIF (85).",
    1,
    100,
)
flags.DEFINE_bool(
    "overwrite", False, "Whether to make again what is there already."
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
    "Smaller ones need less memory and more time; results are the same.",
    1,
)
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
flags.DEFINE_integer(
    "workers",
    None,
    "Pictures that are computed at once, one for each eight cores by default.",
    1,
)
flags.DEFINE_integer(
    "batch_size",
    None,
    "Frames of a video that are computed at once; 8 on a GPU, 1 elsewhere.",
    1,
)
flags.DEFINE_string(
    "device", None, "cpu, gpu or gpu:1, where TensorFlow's choice is not yours."
)
