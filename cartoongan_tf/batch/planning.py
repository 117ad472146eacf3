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
        pictures: A row for each picture: its number in this table, the places
            of photo and cartoon, and the cartoon's format, as Pillow calls it.
        videos: The same of videos, which have no such format.
        done: How many results are there already.
    """

    pictures: pyarrow.Table
    videos: pyarrow.Table
    done: int


def plan(
    found: Iterable[listing.Input], output: str, *, format: str | None = None
) -> Plan:
    """Names results as `outputs` does, and looks for those that are there.

    A picture's format is what its ending promises, so that a restart opens no
    file that is done.

    Args:
        found: What is to be done.
        output: Path or URL of the folder of results.
        format: As `outputs.plan` takes it, of pictures only.

    Raises:
        InputError: If the format is unknown, or two results would be one file.
    """
    filesystem, root = storage.locate(output, "output")
    folders = collections.defaultdict(list)
    for each in found:
        folders[each.relative.parent].append(each)
    pictures: list[dict] = []
    videos: list[dict] = []
    done = 0
    for folder, members in folders.items():
        there = storage.names_in(filesystem, "/".join([root, *folder.parts]))
        jobs = {_job(each): each.source for each in members}
        for job, path, kind in outputs.place(list(jobs), format=format):
            if path.name in there:
                done += 1
                continue
            is_video = job.kind is media_type.Kind.VIDEO
            rows = videos if is_video else pictures
            rows.append(
                {
                    "source": jobs[job],
                    "target": storage.url_of(filesystem, f"{root}/{path}"),
                    "format": kind,
                }
            )
    return Plan(table(pictures), table(videos), done)


def table(
    rows: Iterable[dict], schema: pyarrow.Schema = SCHEMA
) -> pyarrow.Table:
    """A table of rows, numbered from 0 in their order."""
    numbered = [row | {"number": n} for n, row in enumerate(rows)]
    return pyarrow.Table.from_pylist(numbered, schema=schema)


def _job(found):
    place = pathlib.Path(found.relative)
    kind = media_type.by_suffix(place).kind
    if kind is media_type.Kind.VIDEO:
        return inputs.Job(kind, place, place, None)
    own = formats.READ_SUFFIXES[place.suffix.lower()]
    # Only its content would tell a still GIF; that stays a GIF, too.
    is_gif = own == "GIF"
    kind = media_type.Kind.ANIMATION if is_gif else media_type.Kind.PICTURE
    return inputs.Job(kind, place, place, own)
