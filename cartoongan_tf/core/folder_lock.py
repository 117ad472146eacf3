"""Exclusive lock of a folder for one writing process."""

import contextlib
import os
import pathlib
from collections.abc import Iterator

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors

try:
    import fcntl
except ImportError:  # On Windows.
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def held(flag: str, path: str | pathlib.Path) -> Iterator[None]:
    """Locks a folder while the block runs, creating it if missing.

    The system releases the lock when the process ends, even by a crash. Windows
    and some network drives have no such locks; nothing is locked there.

    Args:
        flag: The flag that gave `path`, for messages.
        path: The folder.

    Raises:
        InputError: If another process holds the lock, or the folder cannot be
            created.
    """
    folder = atomic_files.make_folder(flag, path)
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _lock(descriptor, flag, path)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor, flag, path):
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise errors.InputError(
            f"`{flag}`={path} is in use by another process; wait for its end, "
            "or name another."
        ) from error
    except OSError:
        pass  # The drive has no locks.
