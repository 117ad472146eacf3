"""Overlaps: files that lie in both of two folders."""

import filecmp
import os
import pathlib
from collections.abc import Sequence


def same_places(
    first: Sequence[pathlib.Path], second: Sequence[pathlib.Path]
) -> list[pathlib.Path]:
    """Files of `second` that are the very files of `first`.

    There are some where a folder is named twice, or lies inside of the other,
    by whatever way: links are followed.
    """
    places = {os.path.realpath(path) for path in first}
    return [path for path in second if os.path.realpath(path) in places]


def copies(
    first: Sequence[pathlib.Path], second: Sequence[pathlib.Path]
) -> list[pathlib.Path]:
    """Files of `second` that have name, size and content of one of `first`.

    Content is compared only where name and size agree, so that this takes no
    time for folders that have nothing in common.
    """
    known: dict[tuple[str, int], list[pathlib.Path]] = {}
    for path in first:
        known.setdefault(_name_and_size(path), []).append(path)
    return [
        path
        for path in second
        if any(
            filecmp.cmp(path, other, shallow=False)
            for other in known.get(_name_and_size(path), ())
        )
    ]


def _name_and_size(path):
    return path.name, path.stat().st_size
