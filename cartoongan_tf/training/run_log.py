"""Log of a run: `log.csv` and TensorBoard events.

Both hold the losses of every step. Resuming from a checkpoint truncates both
at its step, so that they read as if the run had never stopped.
"""

import csv
import pathlib

import numpy as np
import tensorflow as tf

from cartoongan_tf.core import atomic_files

LOSSES = (
    "pixel_loss",
    "content_loss",
    "people_content_loss",
    "color_loss",
    "luminance_loss",
    "palette_loss",
    "flat_loss",
    "variation_loss",
    "adversarial_loss",
    "feature_adversarial_loss",
    "total_loss",
    "discriminator_loss",
    "feature_discriminator_loss",
)
GRAD_NORMS = (
    "adversarial_grad_norm",
    "pixel_grad_norm",
    "content_grad_norm",
    "features_grad_norm",
    "color_grad_norm",
    "luminance_grad_norm",
    "palette_grad_norm",
    "flat_grad_norm",
    "variation_grad_norm",
)
# Periodic evaluation of held-out photos: kernel distances, the other
# components of the quality score (`quality.py`), and the score itself.
METRICS = (
    "KID-768",
    "KID-InceptionV3",
    "stray_strokes",
    "contours_kept",
    "grid_added",
    "fringes",
    "contrast_kept",
    "quality_score",
)
COLUMNS = ("step", "phase", *LOSSES, *GRAD_NORMS, *METRICS)


class RunLog:
    """Writes the log of a run into its folder.

    Args:
        workdir: Folder of the run.
        last_step: Last step to keep; entries of later steps are removed.
    """

    def __init__(self, workdir: pathlib.Path, last_step: int):
        table, events = workdir / "log.csv", workdir / "tensorboard"
        _truncate_table(table, last_step)
        _truncate_events(events, last_step)
        # Line buffered, so that a killed process loses no line before its
        # last checkpoint.
        self._file = open(table, "a", buffering=1, newline="")
        self._rows = csv.DictWriter(self._file, COLUMNS, lineterminator="\n")
        self._events = tf.summary.create_file_writer(str(events))

    def add_losses(self, step: int, phase: str, losses: dict) -> None:
        """Adds the losses of one step: scalars by column name."""
        values = {name: f"{value:.9g}" for name, value in losses.items()}
        self._rows.writerow({"step": step, "phase": phase, **values})
        with self._events.as_default(step=step):
            for name, value in losses.items():
                tf.summary.scalar(name, value)
        self._events.flush()

    def add_picture(self, step: int, name: str, pixels: np.ndarray) -> None:
        """Adds a uint8 RGB picture to the TensorBoard events."""
        with self._events.as_default(step=step):
            tf.summary.image(name, pixels[None])
        self._events.flush()

    def close(self) -> None:
        """Closes both files."""
        self._file.close()
        self._events.close()


def read_table(workdir: pathlib.Path) -> list[dict[str, str]]:
    """Reads the rows of a run's `log.csv`."""
    with open(workdir / "log.csv", newline="") as file:
        return list(csv.DictReader(file))


def _truncate_table(path, last_step):
    lines = path.read_text().splitlines(keepends=True) if path.exists() else []
    kept = [
        line
        for line in lines[1:]
        if line.endswith("\n") and int(line.split(",")[0]) <= last_step
    ]
    atomic_files.write_text(path, ",".join(COLUMNS) + "\n" + "".join(kept))


def _truncate_events(folder, last_step):
    for path in sorted(folder.glob("events.out.tfevents.*")):
        records = [
            record
            for record in _complete_records(path)
            if tf.compat.v1.Event.FromString(record).step <= last_step
        ]
        with (
            atomic_files.atomic_path(path) as temporary,
            tf.io.TFRecordWriter(str(temporary)) as writer,
        ):
            for record in records:
                writer.write(record)


def _complete_records(path):
    """Yields records up to the one that a killed process was writing."""
    records = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    while True:
        try:
            yield next(records)
        except (StopIteration, tf.errors.DataLossError):
            return
