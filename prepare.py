r"""Makes training folders.

    python prepare.py frames --video=film.mkv --output=frames

`frames` picks the best frames of a film: up to --most_per_shot of each shot,
sharp, with no bars, none black, in a fade, or shown before. The folder can be
given to train.py as --cartoon_dir; a contact sheet and a summary lie beside
it, in frames-report. Look at the sheet, and delete what you do not like.

Ctrl-C stops without loss: the same command goes on. Several films may share
a folder; run the command once for each.
"""

from absl import app
from absl import flags

from cartoongan_tf import errors
from cartoongan_tf import framing
from cartoongan_tf import progress

FLAGS = flags.FLAGS

flags.DEFINE_string("video", None, "frames: the film to read.")
flags.DEFINE_string("output", None, "frames: folder to write into.")
flags.DEFINE_integer(
    "most_per_shot",
    framing.MOST_PER_SHOT,
    "frames: most frames to keep of a shot. More than one are kept only where "
    "the picture changes in the course of a shot.",
    lower_bound=1,
)
flags.DEFINE_integer(
    "short_side",
    framing.SHORT_SIDE,
    "frames: pixels that the short side of larger frames is reduced to; "
    "smaller ones are never enlarged. Training crops 60 % of it or more and "
    "scales that to its --image_size.",
    lower_bound=64,
)


def main(argv):
    if len(argv) != 2 or argv[1] not in _VERBS:
        raise app.UsageError(f"Prepare what? Name one of: {', '.join(_VERBS)}.")
    with errors.one_sentence():
        _VERBS[argv[1]]()


def _frames():
    _require("frames", "video", "output")
    with progress.Progress() as watch:
        summary = framing.extract_frames(
            FLAGS.video,
            FLAGS.output,
            most_per_shot=FLAGS.most_per_shot,
            short_side=FLAGS.short_side,
            watch=watch,
        )
    print(summary)


def _require(verb, *names):
    for name in names:
        if FLAGS[name].value is None:
            raise errors.InputError(f"`{verb}` needs --{name}; see --help.")


_VERBS = {"frames": _frames}


if __name__ == "__main__":
    app.run(main)
