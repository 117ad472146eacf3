"""Lists of pictures: text files that stand for a folder.

One path a line, UTF-8; bytes that are none stand for themselves, as they do in
names. Relative paths count from the list's own folder, so that a list can be
moved together with its pictures.
"""

import collections
import pathlib
from collections.abc import Sequence

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors

SUFFIX = ".txt"


def read_list(path: str | pathlib.Path, flag: str) -> list[pathlib.Path]:
    """Reads a list of pictures, in its own order; empty lines do not count.

    Args:
        path: File to read.
        flag: The flag that named it, for messages.

    Returns:
        Paths, whether there is such a picture or not.

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
            f"`{flag}`={path} is no list of pictures, a line each, in UTF-8."
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
    """Writes a list that `read_list` reads, with absolute paths."""
    lines = [f"{picture.resolve()}\n" for picture in pictures]
    atomic_files.write_text(path, "".join(lines))
