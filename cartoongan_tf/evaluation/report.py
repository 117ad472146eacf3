"""Report of an evaluation: table, JSON file of metrics, contact sheet."""

import importlib.metadata
import json
import pathlib
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

import rich.console
import rich.table
import rich.text

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import sampling
from cartoongan_tf.evaluation import evaluator
from cartoongan_tf.images import contact_sheets
from cartoongan_tf.images import pictures

_MAX_PHOTOS = 8  # On the contact sheet.
_MAX_SIDE = 192  # Pixels of each photo on the contact sheet.
_PACKAGES = ("tensorflow", "keras", "numpy")


def metrics(score: evaluator.Score, inception: str) -> dict[str, float | None]:
    """Converts a score to reported metrics, with their names and units.

    Args:
        score: Score to convert.
        inception: Name of the Inception network, a part of the names of its
            metrics.
    """
    kid, fid = f"KID-{inception}", f"FID-{inception}"
    return {
        f"{kid} to cartoons, x 1000": _times(1000, score.kernel_to_cartoons),
        "its standard error": _times(1000, score.kernel_error),
        f"{kid} to photos, x 1000": _times(1000, score.kernel_to_photos),
        f"{fid} to cartoons": score.frechet_to_cartoons,
        f"{fid} to photos": score.frechet_to_photos,
        "content distance": score.content,
        "color drift": score.drift,
        "hues turned, %": _times(100, score.turned),
        "edges": score.edges,
        "texture": score.texture,
        "drawn, %": _times(100, score.drawn),
        **_comparison(score.comparison),
        "faces": score.faces,
        "faces kept, %": _times(100, score.faces_kept),
        "quality score": score.quality,
    }


def _comparison(found):
    return {
        "stray strokes, %": _times(100, found.stray),
        "contours kept, %": _times(100, found.contours),
        "grid": found.grid,
        "fringes": found.fringes,
        "contrast kept, %": _times(100, found.contrast),
        "L of darks": found.dark,
        "L of lights": found.light,
        "detail kept, %": _times(100, found.details),
    }


def show(
    console: rich.console.Console,
    table: Mapping[str, Mapping[str, float | None]],
    title: str,
    note: str,
) -> None:
    """Prints a table with a column for each method and a row for each metric.

    Args:
        console: Console to print to.
        table: `metrics` by method.
        title: Title of the table.
        note: Caption of the table.
    """
    rich_table = rich.table.Table(title=title, caption=note)
    rich_table.add_column("")
    for name in table:
        heading = rich.text.Text(name, overflow="fold")
        rich_table.add_column(heading, justify="right")
    for metric in next(iter(table.values())):
        values = (_text(column[metric]) for column in table.values())
        rich_table.add_row(metric, *values)
    console.print(rich_table)


def write_metrics(
    path: pathlib.Path,
    tables: Mapping[int, Mapping[str, Mapping[str, float | None]]],
    settings: Mapping,
) -> None:
    """Writes all metrics, and the settings of the evaluation, as JSON.

    Args:
        path: File to write.
        tables: `metrics` by method, by image size in pixels.
        settings: Settings of the evaluation.
    """
    versions = {name: importlib.metadata.version(name) for name in _PACKAGES}
    content = {**settings, "versions": versions, "metrics": tables}
    atomic_files.write_text(path, json.dumps(content, indent=2) + "\n")


def write_sheet(
    path: pathlib.Path,
    methods: Mapping[str, Callable],
    photos: Sequence[pathlib.Path],
    image_size: int,
) -> None:
    """Writes a contact sheet: a row of photos, and a row for each method."""
    crops = [
        evaluator.read_crop(photo, image_size)
        for photo in sampling.evenly_spaced(photos, _MAX_PHOTOS)
    ]
    cells, captions = [], []
    for name, method in {
        evaluator.PHOTOS: evaluator.identity,
        **methods,
    }.items():
        cells += [method(crop) for crop in crops]
        captions += [name] + [""] * (len(crops) - 1)
    sheet = contact_sheets.contact_sheet(
        cells, captions, columns=len(crops), side=min(image_size, _MAX_SIDE)
    )
    pictures.write_png(path, sheet)


def _times(factor, value):
    return None if value is None else factor * value


def _text(value):
    if value is None:
        return "-"
    if isinstance(value, int) or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3f}" if 0 < abs(value) < 0.1 else f"{value:.2f}"
