"""Held-back photos: what a run is measured on, and never trains on."""

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
    """Draws photos, at random, from those that a run may train on.

    Args:
        photos: All photos.
        count: How many to hold back.
        seed: Seed of the draw.
        flag: The flag that gave `count`, for messages.

    Returns:
        The photos to train on, and those that are held back.

    Raises:
        InputError: If fewer than half of the photos would be left.
    """
    if 2 * count > len(photos.paths):
        raise errors.InputError(
            f"`{flag}`={count} leaves less than half of the "
            f"{len(photos.paths)} photos to train on; hold back fewer."
        )
    order = np.random.default_rng(seed).permutation(len(photos.paths))
    held, kept = sorted(order[:count]), sorted(order[count:])
    rest = dataclasses.replace(
        photos,
        paths=[photos.paths[number] for number in kept],
        headers=[photos.headers[number] for number in kept],
    )
    return rest, [photos.paths[number] for number in held]
