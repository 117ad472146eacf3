r"""Tries out the parts of the recipe: each is left out, one at a time.

    python -m tools.calibrate_balance --flagfile=configs/storybook.flags \
        --photo_dir=PHOTOS --people_dir=PEOPLE --cartoon_dir=CARTOONS \
        --workdir=runs/balance

All flags of train.py are taken. One generator is warmed up; from there each
of the --settings trains for --steps, in a folder of its own, and evaluate.py
measures all on the held-back photos. WORKDIR/balance.md is the
table of docs/calibration.md, WORKDIR/evaluation/sheet_256.png the contact
sheet. The same command goes on where it stopped.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np
from absl import app
from absl import flags

from cartoongan_tf.commands import command_line
from cartoongan_tf.commands import exit
from cartoongan_tf.commands import train_usage
from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.training import run_log
from cartoongan_tf.training import runs

FLAGS = flags.FLAGS

# What differs from the flags given, by the name of the run.
SETTINGS = {
    "given": [],
    "patches_only": ["--discriminator=patch", "--patch_weight=1"],
    "features_only": ["--discriminator=features", "--features_every=1"],
    "photo_as_content": ["--content_target=photo"],
    "no_ink": ["--content_target=smoothed"],
    "no_pixels": ["--pixel_weight=0"],
    "no_flat": ["--flat_weight=0"],
    "no_luminance": ["--luminance_weight=0"],
    "any_crops": ["--nomatch_crops"],
    "strays": ["--stray_share=0.7"],
    "with_grain": ["--denoise_cartoons=0"],
    "no_shift": ["--feature_shift=0"],
    "no_penalty": ["--gradient_penalty_weight=0"],
    "faces_as_any": ["--people_content=1"],
    "no_gray": ["--gray_share=0"],
    "palette": ["--palette_weight=1"],
    "all_bfloat16": ["--mixed_precision=all"],
}
flags.DEFINE_list("settings", list(SETTINGS), "Of `SETTINGS`, by their names.")
_IMAGE_SIZE = 256
_LAST = 50  # Steps that a metric of the table is the mean of.
_LOGGED = (
    "discriminator_loss",
    "feature_discriminator_loss",
    "adversarial_grad_norm",
    "features_grad_norm",
)


def main(argv):
    if len(argv) > 1:
        raise app.UsageError(f"Unexpected arguments: {argv[1:]}")
    with exit.with_message():
        folder = atomic_files.make_folder("workdir", FLAGS.workdir)
        start = folder / "start"
        run_training(start, ["--steps=0"])
        for name in FLAGS.settings:
            changes = SETTINGS[name]
            print(f"{name}: {' '.join(changes)}", flush=True)
            begin = [f"--init_from={start}", "--warmup_steps=0"]
            run_training(folder / name, [*begin, *changes])
        evaluate(folder)
        write_table(folder)
        print(f"Wrote {folder / 'balance.md'}")


def run_training(workdir, changes):
    own = FLAGS.get_key_flags_for_module(train_usage)
    given = [f.serialize() for f in own if f.present and f.name != "workdir"]
    run_command("train.py", *given, *changes, f"--workdir={workdir}")


def evaluate(folder):
    models = [f"--model={folder / name}" for name in FLAGS.settings]
    run_command(
        "evaluate.py",
        *models,
        f"--photo_dir={folder / 'start' / runs.HOLDOUT}",
        f"--cartoon_dir={FLAGS.cartoon_dir}",
        f"--inception_weights={FLAGS.inception_weights}",
        f"--vgg19_weights={FLAGS.vgg19_weights}",
        f"--output={folder / 'evaluation'}",
        f"--image_size={_IMAGE_SIZE}",
    )


def run_command(*command):
    if subprocess.run([sys.executable, *command]).returncode:
        raise errors.InputError(f"{command[0]} stopped; see above.")


def write_table(folder):
    path = folder / "evaluation" / "evaluation.json"
    tables = json.loads(path.read_text())["metrics"]
    metrics = tables[str(_IMAGE_SIZE)]
    lines: list[str] = []
    for name in FLAGS.settings:
        row = logged(folder / name) | {
            key: v for key, v in metrics[name].items() if v is not None
        }
        if not lines:
            lines += [header(row), "|---" * (len(row) + 1) + "|"]
        values = [f"{value:.3g}" for value in row.values()]
        lines.append(f"| {name} | {' | '.join(values)} |")
    with atomic_files.atomic_path(folder / "balance.md") as temporary:
        temporary.write_text("\n".join(lines) + "\n")


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


if __name__ == "__main__":
    command_line.run(main)
