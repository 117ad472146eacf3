"""Inventories: which files of a folder are pictures that can be read whole."""

import collections
import dataclasses
import pathlib

from cartoongan_tf import errors
from cartoongan_tf import pictures


@dataclasses.dataclass(frozen=True)
class Inventory:
    """The files of a folder.

    Attributes:
        folder: The folder.
        paths: Pictures that decode whole, in a fixed order.
        problems: Files that end like a picture and are none, and why.
        ignored: Endings of files passed over, and how many have each.
    """

    folder: pathlib.Path
    paths: list[pathlib.Path]
    problems: dict[pathlib.Path, str]
    ignored: collections.Counter[str]


def take_inventory(folder: str | pathlib.Path, flag: str) -> Inventory:
    """Looks at every file; `InputError` if the folder is missing."""
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        raise errors.InputError(f"{flag}={folder} is not a folder.")
    inventory = Inventory(folder, [], {}, collections.Counter())
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.suffix.lower() not in pictures.SUFFIXES:
            inventory.ignored[path.suffix.lower()] += 1
            continue
        try:
            pictures.read_picture(path)
        except errors.InputError as error:
            inventory.problems[path] = str(error)
        else:
            inventory.paths.append(path)
    return inventory
