"""Photos to send: files, and those in folders and their sub-folders.

Of a folder, files with the ending of a picture are taken. What is hidden is
left out, and so are cartoons, if they are written into one of the folders.
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
        places: Where each photo lies below what was named.
        left_out: How many other files there are in folders, by ending.
    """

    places: dict[pathlib.Path, pathlib.PurePath]
    left_out: collections.Counter[str]


def find(names: Sequence[str], output: pathlib.Path) -> Found:
    """Finds photos. One that is named twice is one photo.

    Args:
        names: Files and folders; a file may be missing.
        output: Where cartoons go.
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
                found.left_out[suffix or "without an ending"] += 1
    return found


def _files_below(folder, output) -> Iterator[pathlib.Path]:
    """Follows links, and visits each folder once."""
    visited = {output}
    for parent, below, names in os.walk(folder, followlinks=True):
        here = pathlib.Path(parent)
        if here.resolve() in visited:
            below.clear()
            continue
        visited.add(here.resolve())
        below[:] = sorted(n for n in below if not n.startswith("."))
        yield from (here / n for n in sorted(names) if not n.startswith("."))
