r"""Prepares folders of photos and of cartoons for training.

    python prepare.py check --photo_dir=photos --cartoon_dir=frames

check says before hours are spent what is wrong: folders that are swapped or
overlap, too few pictures, small, broken, duplicate, gray, dark or blurred
ones, black bars. It prints a table, shows the pictures concerned in --report,
and ends with 1 if there are errors, which would spoil a run.
"""

import sys

import rich.console
from absl import app
from absl import flags

from cartoongan_tf import check_report
from cartoongan_tf import check_summary
from cartoongan_tf import check_table
from cartoongan_tf import checking
from cartoongan_tf import config
from cartoongan_tf import errors
from cartoongan_tf import findings
from cartoongan_tf import inventories

FLAGS = flags.FLAGS

flags.DEFINE_string("photo_dir", None, "check: Folder of photos.")
flags.DEFINE_string("cartoon_dir", None, "check: Folder of cartoons.")
flags.DEFINE_integer(
    "image_size",
    config.TrainConfig.image_size,
    "check: The --image_size of the run to come; smaller pictures are named.",
    lower_bound=1,
)
flags.DEFINE_string(
    "report", "report.html", "check: File to write; replaced if it is there."
)


def main(argv):
    verb, *rest = argv[1:] or [None]
    if verb not in _VERBS or rest:
        raise app.UsageError(f"Name one of: {', '.join(_VERBS)}.")
    with errors.one_sentence():
        _VERBS[verb]()


def _check():
    _need("check", "photo_dir", "cartoon_dir")
    if not FLAGS.report:
        raise errors.InputError("--report= must name a file to write.")
    console = rich.console.Console(highlight=False)
    folders = [
        _measure(FLAGS.photo_dir, findings.PHOTOS),
        _measure(FLAGS.cartoon_dir, findings.CARTOONS),
    ]
    found = checking.full_check(*folders, FLAGS.image_size)
    check_table.show(console, folders, found)
    check_report.write_report(FLAGS.report, folders, found)
    print(f"Wrote {FLAGS.report}")
    print(check_summary.advice(found))
    sys.exit(check_summary.has_errors(found))


def _measure(folder, flag):
    inventory = inventories.take_inventory(folder, flag)
    return checking.measure_folder(
        inventory,
        flag,
        lambda items: check_table.watch(items, len(inventory.paths), flag),
    )


def _need(verb, *names):
    for name in names:
        if FLAGS[name].value is None:
            raise errors.InputError(f"{verb} needs --{name}.")


_VERBS = {"check": _check}

if __name__ == "__main__":
    app.run(main)
