"""Inputs of a batch, from a folder, a glob pattern or a list.

No input is opened, so that a million take seconds: file extensions determine
the media type.
"""

import collections
import glob
import pathlib
from collections.abc import Iterable
from collections.abc import Iterator
from typing import NamedTuple

import fsspec
import pyarrow.parquet

from cartoongan_tf.batch import storage
from cartoongan_tf.cartoonize import media_types
from cartoongan_tf.core import errors
from cartoongan_tf.core import folder_walk

COLUMN = "path"  # In a Parquet file of inputs.

_LIST_SUFFIX = ".parquet"


class Input(NamedTuple):
    """A picture or video to cartoonize.

    Attributes:
        source: URL, or absolute path on a disk.
        relative: Path relative to the input, mirrored by the result.
    """

    source: str
    relative: pathlib.PurePosixPath


class Listing(NamedTuple):
    """Result of listing an input.

    Attributes:
        inputs: Pictures and videos, in order.
        skipped: Number of other files, by extension or category.
    """

    inputs: list[Input]
    skipped: collections.Counter[str]


def find(place: str, output: str) -> Listing:
    """Lists the pictures and videos of an input.

    Args:
        place: Path or URL of a folder, searched recursively; of a picture; a
            glob pattern for files with `*`, `?`, `[...]` and `**`; or a
            Parquet file whose column `path` has paths and URLs of pictures,
            mirrored in full by the results, without the protocol.
        output: Path or URL of the folder of results, which is not searched.

    Raises:
        InputError: If it is missing or empty, or cannot be listed.
    """
    filesystem, root = storage.locate(place, "input")
    try:
        found = list(_found(filesystem, root))
    except (OSError, pyarrow.ArrowException) as error:
        raise errors.InputError(
            f"`input`={place} cannot be listed ({error})."
        ) from error
    if not found:
        raise errors.InputError(f"`input`={place} is not there, or is empty.")
    output_filesystem, folder = storage.locate(output, "output")
    below = storage.url_of(output_filesystem, folder).rstrip("/") + "/"
    return _chosen(each for each in found if not each.source.startswith(below))


def _found(filesystem, root) -> Iterator[Input]:
    if root.endswith(_LIST_SUFFIX):
        yield from _listed(filesystem, root)
        return
    if glob.has_magic(root) and not filesystem.exists(root):
        details = filesystem.glob(root, detail=True)
        paths = [p for p, about in details.items() if about["type"] == "file"]
        base = _fixed_folders(root)
    else:
        paths = filesystem.find(root)
        base = root.rpartition("/")[0] if paths == [root] else root
    for path in sorted(paths):
        relative = pathlib.PurePosixPath(path[len(base) :].lstrip("/"))
        yield Input(storage.url_of(filesystem, path), relative)


def _listed(filesystem, path) -> Iterator[Input]:
    with filesystem.open(path) as file:
        table = pyarrow.parquet.read_table(file)
    if COLUMN not in table.column_names:
        raise errors.InputError(
            f"`input`={path} has no column {COLUMN}; it has "
            f"{', '.join(table.column_names)}."
        )
    for place in dict.fromkeys(table[COLUMN].to_pylist()):
        name = pathlib.PurePosixPath(str(place).rpartition("://")[2])
        relative = name.relative_to(name.anchor)
        if place is None or ".." in relative.parts:
            raise errors.InputError(
                f"`input`={path} lists {place}, which has no place of its own "
                "below the output; write whole paths."
            )
        whole = storage.url_of(*fsspec.core.url_to_fs(place))
        yield Input(whole, relative)


def _fixed_folders(pattern):
    """Returns the folders of a pattern before its first wildcard."""
    parts = pattern.split("/")
    fixed = next(i for i, part in enumerate(parts) if glob.has_magic(part))
    return "/".join(parts[:fixed])


def _chosen(found: Iterable[Input]) -> Listing:
    chosen, skipped = [], collections.Counter[str]()
    for each in found:
        parents = [p for p in each.relative.parents if p.name]
        if any(map(folder_walk.is_hidden, (each.relative, *parents))):
            skipped[folder_walk.HIDDEN] += 1
        elif not _is_text(each.source):
            skipped["name in no encoding"] += 1
        elif media_types.by_suffix(each.relative).media_type is None:
            skipped[each.relative.suffix.lower() or "no extension"] += 1
        else:
            chosen.append(each)
    return Listing(chosen, skipped)


def _is_text(name):
    """Whether a name is valid Unicode; names on disks can be any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
