"""Files on disks and in object stores, by paths and URLs of fsspec.

A file is written whole or not at all: on disks it is renamed into place, and
an object store has none before all of it has arrived.
"""

import pathlib

import fsspec
import fsspec.implementations.local

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors


def locate(place: str, argument: str) -> tuple[fsspec.AbstractFileSystem, str]:
    """The file system of a path or a URL, and the path there.

    Args:
        place: `photos`, `file:///data/photos`, `s3://bucket/photos`.
        argument: The argument that gave it, for messages.

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
    """What any process finds a file by: a URL, or the whole path on disks."""
    if is_local(filesystem):
        return path
    return filesystem.unstrip_protocol(path)


def is_local(filesystem: fsspec.AbstractFileSystem) -> bool:
    """Whether files are on disks, or mounted as if they were."""
    local = fsspec.implementations.local.LocalFileSystem
    return isinstance(filesystem, local)


def is_on_disk(url: str) -> bool:
    """Whether a file's place is on a disk; `is_local` of its file system."""
    return is_local(fsspec.core.url_to_fs(url)[0])


def names_in(filesystem: fsspec.AbstractFileSystem, folder: str) -> set[str]:
    """Names of what is in a folder, which need not exist."""
    try:
        found = filesystem.ls(folder, detail=False)
    except (FileNotFoundError, NotADirectoryError):
        return set()
    return {path.rstrip("/").rpartition("/")[2] for path in found}


def exists(url: str) -> bool:
    """Whether a file is there."""
    filesystem, path = fsspec.core.url_to_fs(url)
    return filesystem.exists(path)


def read(url: str) -> bytes:
    """All bytes of a file.

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
    """Writes a file, whole or not at all, with the folders above it."""
    filesystem, path = fsspec.core.url_to_fs(url)
    if not is_local(filesystem):
        filesystem.pipe_file(path, data)
        return
    with atomic_files.atomic_path(pathlib.Path(path)) as temporary:
        temporary.write_bytes(data)


def fetched(url: str, folder: pathlib.Path) -> pathlib.Path:
    """A file as one on a disk: itself, or a copy in a folder.

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
