"""Folders of models: `export.py` writes one for each version, by number."""

import pathlib

MODEL_FILE = "saved_model.pb"
_MAX_VERSION = 2**63 - 1  # int64 in the protocol


def versions_in(folder: pathlib.Path) -> dict[int, pathlib.Path]:
    """Folders of all versions by number; other folders are left out.

    Raises:
        OSError: If `folder` is not there.
    """
    return {
        int(version.name): version
        for version in folder.iterdir()
        if version.name.isascii()
        and version.name.isdigit()
        and int(version.name) <= _MAX_VERSION
        and (version / MODEL_FILE).is_file()
    }


def check(folder: pathlib.Path) -> None:
    """Reports a folder that holds no version.

    Raises:
        ValueError: If there is nothing to serve.
    """
    if (folder / MODEL_FILE).is_file():
        raise ValueError(
            f"{folder} is one version of a model; give the folder that holds "
            f"its versions, {folder.absolute().parent}."
        )
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder.")
    if not versions_in(folder):
        raise ValueError(
            f"{folder} holds no version of a model; a version is a folder "
            f"whose name is a number, with {MODEL_FILE} in it."
        )
