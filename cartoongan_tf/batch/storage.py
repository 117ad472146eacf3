"""Files on disks and in object stores, by fsspec paths and URLs.

Writes are atomic: on disks, files are renamed into place, and object stores
create an object only after a complete upload.
"""

import pathlib

import fsspec
import fsspec.implementations.local

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors


def locate(place: str, argument: str) -> tuple[fsspec.AbstractFileSystem, str]:
    """Returns the file system of a path or URL, and the path within it.

    Args:
        place: `photos`, `file:///data/photos`, `s3://bucket/photos`.
        argument: The argument that gave `place`, for messages.

    Raises:
        InputError: If there is no such file system.
    """
    try:
        return fsspec.core.url_to_fs(place)
    except (ImportError, ValueError) as error:
        raise errors.InputError(
            f"`{argument}`={place} cannot be reached ({error})."
        ) from error


def url_of(filesystem: fsspec.AbstractFileSystem, path: str) -> str:
    """Returns the URL of a file, or the absolute path of one on a disk."""
    if is_local(filesystem):
        return path
    return filesystem.unstrip_protocol(path)


def is_local(filesystem: fsspec.AbstractFileSystem) -> bool:
    """Whether a file system is a disk, or mounted like one."""
    local = fsspec.implementations.local.LocalFileSystem
    return isinstance(filesystem, local)


def is_on_disk(url: str) -> bool:
    """Whether a file is on a disk, in the sense of `is_local`."""
    return is_local(fsspec.core.url_to_fs(url)[0])


def names_in(filesystem: fsspec.AbstractFileSystem, folder: str) -> set[str]:
    """Returns the names in a folder; empty if it does not exist."""
    try:
        found = filesystem.ls(folder, detail=False)
    except (FileNotFoundError, NotADirectoryError):
        return set()
    return {path.rstrip("/").rpartition("/")[2] for path in found}


def exists(url: str) -> bool:
    """Whether a file exists."""
    filesystem, path = fsspec.core.url_to_fs(url)
    return filesystem.exists(path)


def read(url: str) -> bytes:
    """Reads a file.

    Raises:
        InputError: If it cannot be read.
    """
    filesystem, path = fsspec.core.url_to_fs(url)
    try:
        return filesystem.cat_file(path)
    except OSError as error:
        raise errors.InputError(
            f"cannot be read ({error.strerror or error})."
        ) from error


def write(url: str, data: bytes) -> None:
    """Writes a file atomically; creates its parent folders."""
    filesystem, path = fsspec.core.url_to_fs(url)
    if not is_local(filesystem):
        filesystem.pipe_file(path, data)
        return
    with atomic_files.atomic_path(pathlib.Path(path)) as temporary:
        temporary.write_bytes(data)


def fetched(url: str, folder: pathlib.Path) -> pathlib.Path:
    """Returns a file's path on a disk, or that of a copy in `folder`.

    Raises:
        InputError: If it cannot be read.
    """
    filesystem, path = fsspec.core.url_to_fs(url)
    if is_local(filesystem):
        return pathlib.Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / pathlib.PurePosixPath(path).name
    try:
        filesystem.get_file(path, str(copy))
    except OSError as error:
        raise errors.InputError(
            f"cannot be read ({error.strerror or error})."
        ) from error
    return copy


def upload(path: pathlib.Path, url: str) -> None:
    """Copies a file from a disk into an object store."""
    filesystem, place = fsspec.core.url_to_fs(url)
    filesystem.put_file(str(path), place)
