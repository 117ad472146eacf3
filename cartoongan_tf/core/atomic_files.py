"""Atomic writes of files and folders, and checks of their paths."""

import contextlib
import hashlib
import os
import pathlib
import shutil
from collections.abc import Iterator

from cartoongan_tf.core import errors

_MAX_NAME_BYTES = 255  # Limit of common file systems.


@contextlib.contextmanager
def atomic_path(path: str | pathlib.Path) -> Iterator[pathlib.Path]:
    """Context manager that renames a temporary path to `path` on success.

    Args:
        path: File or folder to write; its parent is created if missing. An
            existing folder is replaced.

    Yields:
        A path that does not exist, with the same extensions as `path`. It is
        removed if the block fails.
    """
    path = pathlib.Path(path)
    _make(path.parent)
    temporary = hidden_beside(path, "tmp")
    _remove(temporary)  # May be left over from a killed process.
    try:
        yield temporary
        _flush_to_disk(temporary)
        if path.is_dir():
            _replace_folder(temporary, path)
        else:
            os.replace(temporary, path)
    except BaseException as error:
        _remove(temporary)
        if isinstance(error, OSError) and error.errno and not error.filename:
            error.filename = str(path)
        raise


def hidden_beside(path: pathlib.Path, purpose: str) -> pathlib.Path:
    """Returns a hidden path beside another, with the same extension.

    Args:
        path: The other path, such as `photo.jpg`.
        purpose: Prefix, as in `.tmp-photo.jpg`. A name that would be too long
            is replaced by its digest.
    """
    name = f".{purpose}-{path.name}"
    if len(os.fsencode(name)) > _MAX_NAME_BYTES:
        digest = hashlib.sha256(os.fsencode(path.name)).hexdigest()
        name = f".{purpose}-{digest}{path.suffix}"
    return path.with_name(name)


def write_text(path: str | pathlib.Path, text: str) -> None:
    """Writes UTF-8 atomically; undecodable bytes of file names are kept."""
    with atomic_path(path) as temporary:
        temporary.write_text(text, "utf-8", "surrogateescape")


def make_folder(flag: str, path: str | pathlib.Path) -> pathlib.Path:
    """Creates a folder if missing; raises `InputError` if that fails."""
    path = pathlib.Path(path)
    try:
        _make(path)
    except OSError as error:
        raise errors.InputError(
            f"`{flag}`={path} cannot be a folder ({error.strerror}); name "
            "another."
        ) from error
    return path


def size_of(path: pathlib.Path) -> int:
    """Returns the size of a file, or of all files in a folder, in bytes."""
    parts = path.rglob("*") if path.is_dir() else [path]
    return sum(part.stat().st_size for part in parts if part.is_file())


def check_suffix(flag: str, path: str, suffix: str) -> None:
    """Raises `InputError` unless `path` ends in `suffix`."""
    if pathlib.Path(path).suffix != suffix:
        raise errors.InputError(f"`{flag}`={path} must end in {suffix}.")


def _make(folder):
    if "~" in folder.parts and not folder.exists():
        raise errors.InputError(
            f"{folder} would be a folder called ~, which stands for the home "
            "folder elsewhere; use `pathlib.Path.expanduser`, or another name."
        )
    folder.mkdir(parents=True, exist_ok=True)


def _flush_to_disk(path):
    if path.is_dir():
        return
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def _replace_folder(temporary, path):
    outgoing = hidden_beside(path, "old")
    _remove(outgoing)
    os.rename(path, outgoing)
    os.rename(temporary, path)
    _remove(outgoing)


def _remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
