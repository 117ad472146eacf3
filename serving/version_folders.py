"""The folders that versions of a model are published in.

`base_path/N/saved_model.pb`, where N is a number. Other folders are not looked
at, so that one may be written under another name and appear by a rename.
"""

import contextlib
import os
import pathlib

MODEL_FILE = "saved_model.pb"
_MOST = 2**63 - 1  # numbers are int64 in the protocol


def find(base_path: pathlib.Path) -> dict[int, pathlib.Path]:
    """Versions by their numbers.

    Raises:
        OSError: If there is no such folder.
    """
    return {
        int(folder.name): folder
        for folder in sorted(base_path.iterdir())
        if folder.name.isascii()
        and folder.name.isdigit()
        and int(folder.name) <= _MOST
        and (folder / MODEL_FILE).is_file()
    }


def check(base_path: pathlib.Path) -> None:
    """Tells what is wrong with a folder that holds no version.

    Raises:
        ValueError: With a sentence for who gave the folder.
    """
    if (base_path / MODEL_FILE).is_file():
        raise ValueError(
            f"{base_path} is one version of a model; give the folder that "
            f"holds its versions, {base_path.absolute().parent}."
        )
    if not base_path.is_dir():
        raise ValueError(f"{base_path} is not a folder.")
    if not find(base_path):
        raise ValueError(
            f"{base_path} holds no version of a model; a version is a folder "
            f"whose name is a number, with {MODEL_FILE} in it."
        )


def stamp(folder: pathlib.Path) -> frozenset[tuple[str, int, int]]:
    """What differs when anything in a version has been replaced."""
    found = set()
    for parent, _, names in os.walk(folder):
        for path in (os.path.join(parent, name) for name in names):
            with contextlib.suppress(OSError):  # it went while we looked
                stat = os.stat(path)
                found.add((path, stat.st_size, stat.st_mtime_ns))
    return frozenset(found)
