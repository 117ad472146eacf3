"""Results of a batch: where each goes, and which are there already."""

import collections
import pathlib
from collections.abc import Iterable
from typing import NamedTuple

import pyarrow

from cartoongan_tf.batch import listing
from cartoongan_tf.batch import storage
from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_type
from cartoongan_tf.cartoonize import outputs
from cartoongan_tf.images import formats

SCHEMA = pyarrow.schema(
    {
        "number": pyarrow.int64(),
        "source": pyarrow.string(),
        "target": pyarrow.string(),
        "format": pyarrow.string(),
    }
)


class Plan(NamedTuple):
    """What is left to do.

    Attributes:
        left: A row for each picture: its number in this table, the places of
            photo and cartoon, and the cartoon's format, as Pillow calls it.
        done: How many results are there already.
    """

    left: pyarrow.Table
    done: int


def plan(
    pictures: Iterable[listing.Input], output: str, *, format: str | None = None
) -> Plan:
    """Names results as `outputs` does, and looks for those that are there.

    A picture's format is what its ending promises, so that a restart opens no
    file that is done.

    Args:
        pictures: What is to be done.
        output: Path or URL of the folder of results.
        format: As `outputs.plan` takes it, of pictures only.

    Raises:
        InputError: If the format is unknown, or two results would be one file.
    """
    filesystem, root = storage.locate(output, "output")
    folders = collections.defaultdict(list)
    for picture in pictures:
        folders[picture.relative.parent].append(picture)
    rows: list[tuple[int, str, str, str | None]] = []
    done = 0
    for folder, members in folders.items():
        there = storage.names_in(filesystem, "/".join([root, *folder.parts]))
        jobs = {_job(picture): picture.source for picture in members}
        for job, path, kind in outputs.place(list(jobs), format=format):
            if path.name in there:
                done += 1
                continue
            target = storage.url_of(filesystem, f"{root}/{path}")
            rows.append((len(rows), jobs[job], target, kind))
    columns = zip(*rows, strict=True) if rows else [[] for _ in SCHEMA]
    arrays = [list(column) for column in columns]
    return Plan(pyarrow.table(arrays, schema=SCHEMA), done)


def _job(picture):
    place = pathlib.Path(picture.relative)
    own = formats.READ_SUFFIXES[place.suffix.lower()]
    # Only its content would tell a still GIF; that stays a GIF, too.
    is_gif = own == "GIF"
    kind = media_type.Kind.ANIMATION if is_gif else media_type.Kind.PICTURE
    return inputs.Job(kind, place, place, own)
