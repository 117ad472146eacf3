"""The losses of a run as a picture."""

import itertools
import pathlib

import matplotlib.figure
import numpy as np

from cartoongan_tf import files
from cartoongan_tf import run_log

_WINDOW = 0.02  # of a curve's steps are averaged


def plot_losses(workdir: pathlib.Path) -> None:
    """Draws `log.csv` as `losses.png`: each loss, with its running mean.

    Args:
        workdir: Folder of a run. Without a log nothing is drawn.
    """
    if not (workdir / "log.csv").exists():
        return
    rows = run_log.read_table(workdir)
    names = run_log.COLUMNS[2:]
    figure = matplotlib.figure.Figure((10, 7), layout="constrained")
    axes = figure.subplots(2, 2, sharex=True)
    for panel, name in zip(axes.flat, names, strict=True):
        _draw(panel, name, rows)
    for panel in axes[-1]:
        panel.set_xlabel("step")
    with files.written_whole(workdir / "losses.png") as draft:
        figure.savefig(draft, dpi=100)


def _draw(panel, name, rows):
    points = [(int(r["step"]), float(r[name])) for r in rows if r[name]]
    panel.set_title(name.replace("_", " "))
    panel.grid(alpha=0.3)
    if points:
        steps, values = np.array(points).T
        panel.plot(steps, values, alpha=0.25)
        panel.plot(*_running_mean(steps, values), color="C0")
        for begin in _phase_starts(rows):
            panel.axvline(begin, color="gray", linestyle=":")


def _running_mean(steps, values):
    width = max(1, int(_WINDOW * len(values)))
    weights = np.full(width, 1 / width)
    return steps[width - 1 :], np.convolve(values, weights, "valid")


def _phase_starts(rows):
    pairs = itertools.pairwise(rows)
    return [int(b["step"]) for a, b in pairs if a["phase"] != b["phase"]]
