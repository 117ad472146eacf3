"""Self-contained HTML report of a check.

File names are untrusted, so all text is escaped.
"""

import base64
import html
import pathlib
from collections.abc import Sequence

import numpy as np
import PIL.Image

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import crashes
from cartoongan_tf.core import errors
from cartoongan_tf.core import sampling
from cartoongan_tf.images import contact_sheets
from cartoongan_tf.images import pictures
from cartoongan_tf.prepare import check_summary
from cartoongan_tf.prepare import folder_check
from cartoongan_tf.prepare import rules

_PICTURES_PER_FOLDER = 40
_MAX_PICTURES_PER_FINDING = 24  # Shown; all are listed.
_THUMBNAIL_SIDE = 160  # Pixels.

_HEAD = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Check of photos and cartoons</title>
<style>
body { font: 16px/1.5 sans-serif; margin: 2em auto; max-width: 84em;
  padding: 0 1em; color: #222; }
table { border-collapse: collapse; }
th, td { border: 1px solid #ccc; padding: .2em .8em; text-align: left; }
img { max-width: 100%; display: block; margin: .5em 0; }
section { border-left: .4em solid #888; padding-left: 1em; margin: 1.5em 0; }
.error { border-color: #c22; } .warning { border-color: #d90; }
.note { border-color: #39c; } h3 { margin: 0; } p { margin: .2em 0; }
</style>
"""


def write_report(
    path: str | pathlib.Path,
    folders: Sequence[folder_check.Folder],
    findings: Sequence[rules.Finding],
) -> None:
    """Writes the report atomically; replaces an existing one."""
    parts = [
        _HEAD,
        "<h1>Check of photos and cartoons</h1>",
        f"<p><b>{_text(check_summary.advice(findings))}</b></p>",
        _table(folders),
        "<h2>Findings</h2>",
        *(_finding(finding) for finding in findings),
        *(_folder(folder) for folder in folders),
    ]
    atomic_files.write_text(path, "\n".join(parts))


def _table(folders):
    heads = "".join(
        f"<th>{_text(f.flag)}<br>{_text(f.scan.folder)}" for f in folders
    )
    rows = [
        f"<tr><th>{_text(name)}" + "".join(f"<td>{_text(v)}" for v in values)
        for name, *values in check_summary.rows(folders)
    ]
    return "\n".join(
        [
            "<table>",
            f"<tr><th>{heads}",
            *rows,
            "</table>",
            "<p>lowest / median / highest</p>",
        ]
    )


def _finding(finding):
    severity = finding.severity.name.lower()
    return "\n".join(
        [
            f'<section class="{severity}">',
            f"<h3>{severity}: {_text(finding.title)}</h3>",
            f"<p>{_text(finding.message)}</p>",
            _sheet(finding.paths[:_MAX_PICTURES_PER_FINDING]),
            _list(finding),
            "</section>",
        ]
    )


def _list(finding):
    if not finding.paths:
        return ""
    items = "".join(f"<li>{_text(line)}</li>\n" for line in finding.lines())
    return (
        f"<details><summary>Files: {len(finding.paths)}</summary>\n"
        f"<ol>\n{items}</ol></details>"
    )


def _folder(folder):
    return (
        f"<h2>{_text(folder.flag)}: {_text(folder.scan.folder)}</h2>\n"
        + _sheet(
            sampling.evenly_spaced(folder.scan.paths, _PICTURES_PER_FOLDER)
        )
    )


def _sheet(paths):
    thumbnails = {}
    for path in paths:
        try:
            thumbnails[path] = _thumbnail(path)
        except errors.InputError:  # A broken file is only listed.
            continue
    if not thumbnails:
        return ""
    sheet = contact_sheets.contact_sheet(
        list(thumbnails.values()),
        [path.name for path in thumbnails],
        side=_THUMBNAIL_SIDE,
    )
    data = base64.b64encode(pictures.encode_jpeg(sheet)).decode()
    return f'<img alt="contact sheet" src="data:image/jpeg;base64,{data}">'


def _thumbnail(path):
    """Reads a thumbnail; two dozen full photos would take too much memory."""
    with crashes.handling(path):
        pixels = pictures.read_picture(path, min_side=_THUMBNAIL_SIDE)
    picture = PIL.Image.fromarray(pixels)
    picture.thumbnail((_THUMBNAIL_SIDE, _THUMBNAIL_SIDE))
    return np.array(picture)


def _text(value):
    return html.escape(check_summary.printable(value))
