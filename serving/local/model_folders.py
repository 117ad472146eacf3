"""Model folders, with one numbered sub-folder per version."""

import pathlib

MODEL_FILE = "saved_model.pb"
_MAX_VERSION = 2**63 - 1  # int64 in the protocol


def versions_in(folder: pathlib.Path) -> dict[int, pathlib.Path]:
    """Returns version folders by number; other folders are ignored.

    Raises:
        OSError: If `folder` does not exist.
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
    """Checks that a folder contains a version.

    Raises:
        ValueError: If there is nothing to serve.
    """
    if (folder / MODEL_FILE).is_file():
        raise ValueError(
            f"{folder} is a single version of a model; pass the folder that "
            f"contains its versions, {folder.absolute().parent}."
        )
    if not folder.is_dir():
        raise ValueError(f"{folder} is not a folder.")
    if not versions_in(folder):
        raise ValueError(
            f"{folder} contains no model version; a version is a folder named "
            f"by a number that contains {MODEL_FILE}."
        )
