r"""Prepares folders of photos and of cartoons for training.

    cartoongan prepare frames --video=film.mkv --output=frames
    cartoongan prepare frames --video='series/*.mkv' --output=frames
    cartoongan prepare check --photo_dir=photos --cartoon_dir=frames

`frames` picks the best frames of a film: up to --most_per_shot of each shot,
sharp, without bars, none black, in a fade, or shown before. A contact sheet
and a summary lie beside the folder, in frames-report. Look at the sheet, and
delete what you do not like. Ctrl-C stops without loss: the same command goes
on. Several films may share a folder: --video may be given more than once, and
may be a folder or a pattern. A film that fails is named, the others go on.

`check` says before hours are spent what is wrong: folders that are swapped or
overlap, too few pictures, small, broken, duplicate, gray, dark or blurred
ones, black bars. It prints a table, shows the pictures concerned in --report,
and ends with 1 if there are errors, which would spoil a run.
"""

from absl import flags

from cartoongan_tf.prepare import options
from cartoongan_tf.training import config

FLAGS = flags.FLAGS
ARGUMENTS = "frames or check"

flags.DEFINE_multi_string(
    "video",
    None,
    "frames: the film to read; or a folder of films, searched with its "
    "sub-folders, or a pattern. More than one may be given.",
)
flags.DEFINE_string("output", None, "frames: folder to write into.")
flags.DEFINE_integer(
    "most_per_shot",
    options.MOST_PER_SHOT,
    "frames: most frames to keep of a shot. More than one are kept only where "
    "the picture changes in the course of a shot.",
    lower_bound=1,
)
flags.DEFINE_integer(
    "short_side",
    options.SHORT_SIDE,
    "frames: pixels that the short side of larger frames is reduced to; "
    "smaller ones are never enlarged. Training crops a share of it "
    "(--smallest_crop to --largest_crop), which it scales to its --image_size.",
    lower_bound=64,
)
flags.DEFINE_string("photo_dir", None, "check: folder of photos.")
flags.DEFINE_string("cartoon_dir", None, "check: folder of cartoons.")
flags.DEFINE_integer(
    "image_size",
    config.TrainConfig.image_size,
    "check: the --image_size of the run to come; smaller pictures are named.",
    lower_bound=1,
)
flags.DEFINE_string(
    "report", "report.html", "check: file to write; replaced if it is there."
)


def is_isolated(arguments: list[str]) -> bool:
    """Whether an input that ends its process is named, and others go on."""
    return True
