"""File lists: text files that name pictures, in place of a folder.

One path per line, in UTF-8; other bytes are kept as they are, as in file
names. Relative paths start at the list's own folder, so that a list can move
together with its pictures.
"""

import collections
import pathlib
from collections.abc import Sequence

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors

SUFFIX = ".txt"


def read_list(path: str | pathlib.Path, flag: str) -> list[pathlib.Path]:
    """Reads a file list in its own order; empty lines are ignored.

    Args:
        path: File to read.
        flag: Name of the argument that gave `path`, for messages.

    Returns:
        Paths, which may not exist.

    Raises:
        InputError: If the file cannot be read, or names a picture twice.
    """
    path = pathlib.Path(path)
    try:
        text = path.read_text("utf-8-sig", "surrogateescape")
    except FileNotFoundError as error:
        raise errors.InputError(f"`{flag}`={path} does not exist.") from error
    except OSError as error:
        raise errors.InputError(
            f"`{flag}`={path} cannot be read ({error.strerror})."
        ) from error
    if "\0" in text:
        raise errors.InputError(
            f"`{flag}`={path} is not a list of pictures, one path per line, in "
            "UTF-8."
        )
    lines = map(str.strip, text.splitlines())
    found = [path.parent / line for line in lines if line]
    for picture, count in collections.Counter(found).items():
        if count > 1:
            raise errors.InputError(
                f"`{flag}`={path} names {picture} {count} times; once is "
                "enough."
            )
    return found


def write_list(
    pictures: Sequence[pathlib.Path], path: str | pathlib.Path
) -> None:
    """Writes a list for `read_list`, with absolute paths."""
    lines = [f"{picture.resolve()}\n" for picture in pictures]
    atomic_files.write_text(path, "".join(lines))
