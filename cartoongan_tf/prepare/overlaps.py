"""Files that two folders have in common."""

import filecmp
import os
import pathlib
from collections.abc import Sequence


def same_files(
    first: Sequence[pathlib.Path], second: Sequence[pathlib.Path]
) -> list[pathlib.Path]:
    """Returns the files of `second` that are also files of `first`.

    This happens if a folder is named twice, or is inside the other one. Links
    are resolved.
    """
    real_paths = {os.path.realpath(path) for path in first}
    return [path for path in second if os.path.realpath(path) in real_paths]


def copies(
    first: Sequence[pathlib.Path], second: Sequence[pathlib.Path]
) -> list[pathlib.Path]:
    """Returns the files of `second` that are copies of a file of `first`.

    Copies have the same name, size and content. Content is only compared if
    name and size agree, which is fast for folders without common files.
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
