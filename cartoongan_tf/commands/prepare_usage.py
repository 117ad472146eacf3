r"""Prepares photo and cartoon folders for training.

    cartoongan prepare frames --video=film.mkv --output=frames
    cartoongan prepare frames --video='series/*.mkv' --output=frames
    cartoongan prepare check --photo_dir=photos --cartoon_dir=frames

`frames` extracts the best frames of a video: up to --most_per_shot of each
shot, sharp, with bars cropped, and without black frames, fades and duplicates.
A contact sheet and a summary are written beside the folder, to frames-report.
Review the sheet and delete unwanted frames. Ctrl-C loses nothing: the same
command resumes. Several videos may share a folder: repeat --video, or pass a
folder or a pattern. A video that fails is reported, and the others are still
processed.

`check` finds problems before hours of training: swapped or overlapping folders,
too few pictures, pictures that are small, damaged, duplicate, gray, dark or
blurred, black bars. It prints a table, shows the affected pictures in --report,
and exits with 1 on errors, which would spoil a run.
"""

from absl import flags

from cartoongan_tf.prepare import options
from cartoongan_tf.training import config

FLAGS = flags.FLAGS
ARGUMENTS = "frames or check"

flags.DEFINE_multi_string(
    "video",
    None,
    "frames: input video, folder of videos, searched recursively, or pattern. "
    "May be repeated.",
)
flags.DEFINE_string("output", None, "frames: output folder.")
flags.DEFINE_integer(
    "most_per_shot",
    options.MOST_PER_SHOT,
    "frames: maximum number of frames per shot. More than one are kept only if "
    "the picture changes during the shot.",
    lower_bound=1,
)
flags.DEFINE_integer(
    "short_side",
    options.SHORT_SIDE,
    "frames: short side, in pixels, that larger frames are downscaled to; "
    "smaller ones are never upscaled. Training crops a share of it "
    "(--smallest_crop to --largest_crop) and scales the crop to --image_size.",
    lower_bound=64,
)
flags.DEFINE_string("photo_dir", None, "check: folder of photos.")
flags.DEFINE_string("cartoon_dir", None, "check: folder of cartoons.")
flags.DEFINE_integer(
    "image_size",
    config.TrainConfig.image_size,
    "check: --image_size of the planned run; smaller pictures are reported.",
    lower_bound=1,
)
flags.DEFINE_string(
    "report", "report.html", "check: output file, overwritten if it exists."
)


def is_isolated(arguments: list[str]) -> bool:
    """Whether to isolate inputs that crash the process from the others."""
    return True
