r"""Tries out weights of the generator's losses, from one checkpoint.

    python -m tools.calibrate_balance --flagfile=configs/calibration.flags \
        --photo_dir=PHOTOS --cartoon_dir=CARTOONS --workdir=runs/balance

All flags of train.py are taken. First one generator is warmed up, then the
discriminator trained against it alone: a new one needs hundreds of steps to
say anything, and what it says is to be balanced here. From there each setting
of `SETTINGS` trains for --steps, in a folder of its own, and evaluate.py
measures all on the held-back photos. WORKDIR/balance.md is the table of
docs/calibration.md, WORKDIR/evaluation/sheet_256.png the contact sheet. The
same command goes on where it stopped.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np
from absl import app
from absl import flags

import train
from cartoongan_tf import errors
from cartoongan_tf import evaluating
from cartoongan_tf import files
from cartoongan_tf import run_log
from cartoongan_tf import runs

FLAGS = flags.FLAGS

# What differs from the flags given, by the name of the run.
SETTINGS = {
    "given": [],
    "content_1e-4": ["--content_weight=1e-4"],
    "content_2e-3": ["--content_weight=2e-3"],
    "content_8e-3": ["--content_weight=8e-3"],
    "log_5e-4": ["--adversarial_loss=log", "--content_weight=5e-4"],
    "log_2e-3": ["--adversarial_loss=log", "--content_weight=2e-3"],
    "color_0": ["--color_weight=0"],
    "color_60": ["--color_weight=60"],
    "variation_0": ["--variation_weight=0"],
    "variation_4": ["--variation_weight=4"],
    "slope_0": ["--slope_weight=0"],
}
_AT_REST = 1e-12  # The generator's rate while the discriminator trains alone.
_HEAD_START = 300  # Steps of that.
_LAST = 50  # Steps that a figure of the table is the mean of.
_LOGGED = ("content_loss", "color_loss", "discriminator_loss", *run_log.PULLS)
_MEASURED = ("KID", "content distance", "color drift", "drawn")


def main(argv):
    if len(argv) > 1:
        raise app.UsageError(f"Unexpected arguments: {argv[1:]}")
    with errors.one_sentence():
        folder = files.make_folder("--workdir", FLAGS.workdir)
        start = folder / "start"
        at_rest = f"--generator_learning_rate={_AT_REST}"
        run_training(start, [f"--steps={_HEAD_START}", at_rest])
        for name, changes in SETTINGS.items():
            print(f"{name}: {' '.join(changes)}", flush=True)
            begin = [f"--init_from={start}", "--warmup_steps=0"]
            run_training(folder / name, [*begin, *changes])
        evaluate(folder)
        write_table(folder)
        print(f"Wrote {folder / 'balance.md'}")


def run_training(workdir, changes):
    own = FLAGS.get_key_flags_for_module(train)
    given = [f.serialize() for f in own if f.present and f.name != "workdir"]
    run_command("train.py", *given, *changes, f"--workdir={workdir}")


def evaluate(folder):
    models = [f"--model={folder / name}" for name in SETTINGS]
    run_command(
        "evaluate.py",
        *models,
        f"--photo_dir={folder / 'start' / runs.HELD_BACK}",
        f"--cartoon_dir={FLAGS.cartoon_dir}",
        f"--inception_weights={FLAGS.inception_weights}",
        f"--vgg19_weights={FLAGS.vgg19_weights}",
        f"--output={folder / 'evaluation'}",
        f"--image_size={evaluating.IMAGE_SIZE}",
    )


def run_command(*command):
    if subprocess.run([sys.executable, *command]).returncode:
        raise errors.InputError(f"{command[0]} stopped; see above.")


def write_table(folder):
    path = folder / "evaluation" / "evaluation.json"
    tables = json.loads(path.read_text())["figures"]
    figures = tables[str(evaluating.IMAGE_SIZE)]
    lines = []
    for name in SETTINGS:
        row = logged(folder / name) | measured(figures[name])
        if not lines:
            lines += [header(row), "|---" * (len(row) + 1) + "|"]
        values = [f"{value:.3g}" for value in row.values()]
        lines.append(f"| {name} | {' | '.join(values)} |")
    with files.written_whole(folder / "balance.md") as draft:
        draft.write_text("\n".join(lines) + "\n")


def header(row):
    return f"| run | {' | '.join(row)} |"


def logged(workdir: pathlib.Path) -> dict[str, float]:
    """Means over the last steps of a run, by the names of the log."""
    rows = run_log.read_table(workdir)[-_LAST:]
    return {
        name.replace("_", " "): float(
            np.mean([float(r[name] or 0) for r in rows])
        )
        for name in _LOGGED
    }


def measured(score):
    return {
        name: value
        for name, value in score.items()
        if name.startswith(_MEASURED) and value is not None
    }


if __name__ == "__main__":
    app.run(main)
