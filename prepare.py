r"""Prepares folders of photos and of cartoons for training.

    python prepare.py frames --video=film.mkv --output=frames
    python prepare.py check --photo_dir=photos --cartoon_dir=frames

`frames` picks the best frames of a film: up to --most_per_shot of each shot,
sharp, without bars, none black, in a fade, or shown before. A contact sheet
and a summary lie beside the folder, in frames-report. Look at the sheet, and
delete what you do not like. Ctrl-C stops without loss: the same command goes
on. Several films may share a folder; run the command once for each.

`check` says before hours are spent what is wrong: folders that are swapped or
overlap, too few pictures, small, broken, duplicate, gray, dark or blurred
ones, black bars. It prints a table, shows the pictures concerned in --report,
and ends with 1 if there are errors, which would spoil a run.
"""

import sys

import rich.console
from absl import app
from absl import flags

from cartoongan_tf.core import errors
from cartoongan_tf.core import progress
from cartoongan_tf.data import folder_scan
from cartoongan_tf.prepare import check_summary
from cartoongan_tf.prepare import check_table
from cartoongan_tf.prepare import extract_frames
from cartoongan_tf.prepare import folder_check
from cartoongan_tf.prepare import html_report
from cartoongan_tf.prepare import rules
from cartoongan_tf.training import config

FLAGS = flags.FLAGS

flags.DEFINE_string("video", None, "frames: the film to read.")
flags.DEFINE_string("output", None, "frames: folder to write into.")
flags.DEFINE_integer(
    "most_per_shot",
    extract_frames.MOST_PER_SHOT,
    "frames: most frames to keep of a shot. More than one are kept only where "
    "the picture changes in the course of a shot.",
    lower_bound=1,
)
flags.DEFINE_integer(
    "short_side",
    extract_frames.SHORT_SIDE,
    "frames: pixels that the short side of larger frames is reduced to; "
    "smaller ones are never enlarged. Training crops 60 % of it or more and "
    "scales that to its --image_size.",
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


def main(argv):
    if len(argv) != 2 or argv[1] not in _VERBS:
        raise app.UsageError(f"Prepare what? Name one of: {', '.join(_VERBS)}.")
    with errors.one_sentence():
        _VERBS[argv[1]]()


def _frames():
    _require("frames", "video", "output")
    with progress.Progress() as watch:
        summary = extract_frames.extract_frames(
            FLAGS.video,
            FLAGS.output,
            most_per_shot=FLAGS.most_per_shot,
            short_side=FLAGS.short_side,
            watch=watch,
        )
    print(summary)


def _check():
    _require("check", "photo_dir", "cartoon_dir", "report")
    folders = [
        folder_check.measure_folder(
            folder_scan.take_inventory(folder, flag), flag
        )
        for folder, flag in (
            (FLAGS.photo_dir, rules.PHOTOS),
            (FLAGS.cartoon_dir, rules.CARTOONS),
        )
    ]
    found = folder_check.full_check(*folders, FLAGS.image_size)
    check_table.show(rich.console.Console(highlight=False), folders, found)
    html_report.write_report(FLAGS.report, folders, found)
    print(f"Wrote {FLAGS.report}")
    print(check_summary.advice(found))
    sys.exit(check_summary.has_errors(found))


def _require(verb, *names):
    for name in names:
        if not FLAGS[name].value:
            raise errors.InputError(f"`{verb}` needs --{name}; see --help.")


_VERBS = {"frames": _frames, "check": _check}


if __name__ == "__main__":
    app.run(main)
