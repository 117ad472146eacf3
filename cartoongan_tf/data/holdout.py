"""Hold-out: photos that a run is evaluated on, and never trains on."""

import dataclasses
import pathlib

import numpy as np

from cartoongan_tf.core import errors
from cartoongan_tf.data import folder_scan


def split(
    photos: folder_scan.FolderScan,
    count: int,
    seed: int,
    flag: str = "holdout",
) -> tuple[folder_scan.FolderScan, list[pathlib.Path]]:
    """Splits photos at random into a training set and a hold-out set.

    Args:
        photos: All photos.
        count: Number of photos to hold out.
        seed: Seed of the split.
        flag: Name of the argument that gave `count`, for messages.

    Returns:
        Photos to train on, and paths of the held-out photos.

    Raises:
        InputError: If more than half of the photos would be held out.
    """
    if 2 * count > len(photos.paths):
        raise errors.InputError(
            f"`{flag}`={count} leaves less than half of the "
            f"{len(photos.paths)} photos to train on; hold out fewer."
        )
    order = np.random.default_rng(seed).permutation(len(photos.paths))
    held_out, kept = sorted(order[:count]), sorted(order[count:])
    rest = dataclasses.replace(
        photos,
        paths=[photos.paths[number] for number in kept],
        headers=[photos.headers[number] for number in kept],
    )
    return rest, [photos.paths[number] for number in held_out]
