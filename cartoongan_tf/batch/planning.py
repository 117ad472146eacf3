"""Planning of a batch: paths of results, without those that exist."""

import collections
import pathlib
from collections.abc import Iterable
from typing import NamedTuple

import pyarrow

from cartoongan_tf.batch import listing
from cartoongan_tf.batch import storage
from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_types
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
    """Remaining work of a batch.

    Attributes:
        pictures: Row per picture: number in this table, source, target, and
            Pillow's name for the cartoon's format.
        videos: Row per video; the format is null.
        done: Number of existing results.
    """

    pictures: pyarrow.Table
    videos: pyarrow.Table
    done: int


def plan(
    found: Iterable[listing.Input], output: str, *, format: str | None = None
) -> Plan:
    """Names results as `outputs` does, and leaves out existing ones.

    Formats are determined by file extension, so that a restart opens no
    finished file.

    Args:
        found: Inputs of the batch.
        output: Path or URL of the folder of results.
        format: Format of pictures, as for `outputs.plan`.

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
        existing = storage.names_in(filesystem, "/".join([root, *folder.parts]))
        urls = {_input(each): each.source for each in members}
        for source, path, picture_format in outputs.place(
            list(urls), format=format
        ):
            if path.name in existing:
                done += 1
                continue
            is_video = source.media_type is media_types.MediaType.VIDEO
            rows = videos if is_video else pictures
            rows.append(
                {
                    "source": urls[source],
                    "target": storage.url_of(filesystem, f"{root}/{path}"),
                    "format": picture_format,
                }
            )
    return Plan(table(pictures), table(videos), done)


def table(
    rows: Iterable[dict], schema: pyarrow.Schema = SCHEMA
) -> pyarrow.Table:
    """Makes a table of rows, numbered from 0 in order."""
    numbered = [row | {"number": n} for n, row in enumerate(rows)]
    return pyarrow.Table.from_pylist(numbered, schema=schema)


def _input(found):
    path = pathlib.Path(found.relative)
    media_type = media_types.by_suffix(path).media_type
    if media_type is media_types.MediaType.VIDEO:
        return inputs.Input(media_type, path, path, None)
    format = formats.READ_SUFFIXES[path.suffix.lower()]
    # Still GIFs can be told only by content; they stay GIFs, too.
    is_gif = format == "GIF"
    picture = media_types.MediaType.PICTURE
    media_type = media_types.MediaType.ANIMATION if is_gif else picture
    return inputs.Input(media_type, path, path, format)
