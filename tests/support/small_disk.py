"""Disks that are full, or that nothing can be written to."""

import contextlib
import pathlib
import subprocess

import pytest


@contextlib.contextmanager
def mounted(folder: pathlib.Path, options: str):
    """Mounts a disk in memory at a folder; a test without the right skips.

    Args:
        folder: Made for it.
        options: As `mount` takes them, such as `size=64k` or `ro`.
    """
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no disk can be mounted: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: pathlib.Path) -> None:
    """Writes a file that leaves no byte of a disk."""
    with contextlib.suppress(OSError), open(folder / "all", "wb") as file:
        while True:
            file.write(bytes(4096))
            file.flush()
