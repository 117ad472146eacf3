r"""Cartoonizes photos, animations, videos and camera streams.

    cartoongan photo.jpg ...
    cartoongan --output=mine photos/ 'scans/**/*.tif' cat.gif
    cartoongan --output=cartoon.mp4 film.mp4
    cartoongan - < photo.jpg > cartoon.jpg
    cartoongan camera:0

Results have exactly the size of their input and, where it can be written well,
its format. They go into --output, cartoons/ by default, which mirrors
sub-folders. Existing results are skipped, so the same command resumes where it
stopped. Unreadable inputs are reported, the rest are processed, and the exit
code is 1, as it is when the inputs hold no picture or video.

The model is a shipped style (storybook by default), a .keras file, the
--workdir of a run, a SavedModel folder, a .tflite or .onnx file, a .npz file
with the authors' weights, a URL of TensorFlow Serving, or hf://OWNER/NAME.
sample:photos stands for the photos that come with scikit-image (needs the extra
[samples]). A SavedModel is a program that may read and write files: run only
those from sources you trust.
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
    f"Output folder, `{OUTPUT_FOLDER}` by default; for a single input also a "
    "file, or - for standard output, the default for the input -. A camera is "
    "shown in a window by default.",
)
flags.DEFINE_string(
    "format",
    None,
    "Output format, by default that of the input: jpg, png, webp, avif, tiff, "
    "bmp or gif; for videos and animations mp4, mkv, mov or webm.",
)
flags.DEFINE_bool("overwrite", False, "Whether to overwrite existing results.")
flags.DEFINE_integer(
    "workers",
    None,
    "Pictures to process in parallel; one per eight cores by default.",
    1,
)
flags.DEFINE_integer(
    "batch_size",
    None,
    "Video frames per batch; by default 8 on a GPU, 1 elsewhere.",
    1,
)
flags.DEFINE_string(
    "device",
    None,
    "Device to run on: cpu, gpu or gpu:1. TensorFlow chooses by default.",
)


def is_isolated(names: list[str]) -> bool:
    """Whether to isolate inputs that crash the process from the others."""
    # Streams and cameras cannot be read twice.
    return not any(name == "-" or name.startswith("camera:") for name in names)
