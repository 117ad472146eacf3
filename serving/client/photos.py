"""Photos to send: files, and the contents of folders and their sub-folders.

Folders contribute the files with a picture's suffix. Hidden files and folders
are skipped, as are cartoons that are written into one of the folders.
"""

import collections
import os
import pathlib
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

SUFFIXES = frozenset(
    ".apng .avif .bmp .dib .gif .heic .heif .hif .ico .j2k .jfif .jp2 .jpe "
    ".jpeg .jpg .mpo .pbm .pgm .png .ppm .qoi .tif .tiff .webp".split()
)


class Found(NamedTuple):
    """Photos of a command.

    Attributes:
        places: Path of each photo relative to its named folder; for a named
            file, its name.
        skipped: Number of other files in folders, by suffix.
    """

    places: dict[pathlib.Path, pathlib.PurePath]
    skipped: collections.Counter[str]


def find(names: Sequence[str], output: pathlib.Path) -> Found:
    """Finds photos, without duplicates.

    Args:
        names: Files and folders; files may be missing.
        output: Output folder or file, which is not searched.
    """
    found = Found({}, collections.Counter())
    for path in map(pathlib.Path, names):
        if not path.is_dir():
            found.places.setdefault(path, pathlib.PurePath(path.name))
            continue
        for file in _files_below(path, output.resolve()):
            suffix = file.suffix.lower()
            if suffix in SUFFIXES:
                found.places.setdefault(file, file.relative_to(path))
            else:
                found.skipped[suffix or "without an ending"] += 1
    return found


def _files_below(folder, output) -> Iterator[pathlib.Path]:
    """Walks folders, following links, and visits each folder once."""
    visited = {output}
    for parent, below, names in os.walk(folder, followlinks=True):
        here = pathlib.Path(parent)
        if here.resolve() in visited:
            below.clear()
            continue
        visited.add(here.resolve())
        below[:] = sorted(n for n in below if not n.startswith("."))
        yield from (here / n for n in sorted(names) if not n.startswith("."))
