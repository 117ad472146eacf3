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
file, the authors' weights as an .npz file, a URL of TensorFlow Serving, or
hf://OWNER/NAME. sample:photos stands for the photos that come with
scikit-image (the extra [samples]). A SavedModel is a program, which may read
and write files: run only those whose source you trust.
"""

from absl import flags

from cartoongan_tf.commands import picture_flags
from cartoongan_tf.commands import video_flags

FLAGS = flags.FLAGS
ARGUMENTS = "files or folders"

OUTPUT_FOLDER = "cartoons"

flags.adopt_module_key_flags(picture_flags)
flags.adopt_module_key_flags(video_flags)
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
flags.DEFINE_bool(
    "overwrite", False, "Whether to make again what is there already."
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


def is_isolated(names: list[str]) -> bool:
    """Whether an input that ends its process is named, and others go on."""
    # What is read from these cannot be read again.
    return not any(name == "-" or name.startswith("camera:") for name in names)
