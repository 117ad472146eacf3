"""Plot of a run's losses."""

import itertools
import pathlib
from typing import TYPE_CHECKING

import numpy as np

from cartoongan_tf.core import atomic_files
from cartoongan_tf.training import run_log

if TYPE_CHECKING:
    import matplotlib.figure

_WINDOW_FRACTION = 0.02  # Width of the running mean, relative to the curve.


def plot_losses(workdir: pathlib.Path) -> None:
    """Plots the losses of `log.csv`, with running means, as `losses.png`.

    Args:
        workdir: Folder of a run. Without a log nothing is written.
    """
    if not (workdir / "log.csv").exists():
        return
    figure = draw_losses(run_log.read_table(workdir))
    with atomic_files.atomic_path(workdir / "losses.png") as temporary:
        figure.savefig(temporary, dpi=100)


def draw_losses(rows: list[dict[str, str]]) -> "matplotlib.figure.Figure":
    """Plots one panel for each logged loss, and one for gradient norms.

    Args:
        rows: Rows of `run_log.read_table`.
    """
    import matplotlib.figure  # Deferred: the import takes a second.

    names = [name for name in run_log.LOSSES if any(r[name] for r in rows)]
    figure = matplotlib.figure.Figure((15, 7), layout="constrained")
    panels = figure.subplots(2, -(-(len(names) + 1) // 2), sharex=True).ravel()
    *losses, norms = panels[: len(names) + 1]
    for panel, name in zip(losses, names, strict=True):
        panel.set_title(name.replace("_", " "))
        _draw(panel, name, rows)
    _draw_grad_norms(norms, rows)
    for panel in [*losses, norms]:
        panel.set_xlabel("step")
        panel.tick_params(labelbottom=True)  # Default: the last row only.
    for panel in panels[len(names) + 1 :]:
        panel.remove()
    return figure


def _draw_grad_norms(panel, rows):
    panel.set_title("gradient norm of each loss")
    panel.set_yscale("log")
    names = [name for name in run_log.GRAD_NORMS if any(r[name] for r in rows)]
    for number, name in enumerate(names):
        _draw(panel, name, rows, f"C{number}")
    if names:
        panel.legend()


def _draw(panel, name, rows, color="C0"):
    points = [(int(r["step"]), float(r[name])) for r in rows if r[name]]
    panel.grid(alpha=0.3)
    if points:
        steps, values = np.array(points).T
        panel.plot(steps, values, color, alpha=0.25)
        label = name.removesuffix("_grad_norm")
        panel.plot(*_running_mean(steps, values), color, label=label)
        for begin in _phase_starts(rows):
            panel.axvline(begin, color="gray", linestyle=":")


def _running_mean(steps, values):
    width = max(1, int(_WINDOW_FRACTION * len(values)))
    weights = np.full(width, 1 / width)
    return steps[width - 1 :], np.convolve(values, weights, "valid")


def _phase_starts(rows):
    pairs = itertools.pairwise(rows)
    return [int(b["step"]) for a, b in pairs if a["phase"] != b["phase"]]
