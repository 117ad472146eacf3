"""Photos for the calibration and comparison of exported models."""

import pathlib

import numpy as np

from cartoongan_tf.core import choices
from cartoongan_tf.core import errors
from cartoongan_tf.core import folder_walk
from cartoongan_tf.core import sampling
from cartoongan_tf.data import samples
from cartoongan_tf.export import options
from cartoongan_tf.images import formats
from cartoongan_tf.images import pictures


def read(flag: str, folder: str) -> list[np.ndarray]:
    """Reads at most 16 photos, evenly spaced in a folder's sorted files.

    Args:
        flag: The flag that gave `folder`, for messages.
        folder: Folder of pictures, or `sample:photos` for scikit-image's
            sample photos.

    Returns:
        uint8 RGB arrays of shape `(height, width, 3)`.

    Raises:
        InputError: If there is no photo, or one cannot be read.
    """
    if folder == choices.SAMPLE_PHOTOS:
        return list(samples.read_photos().values())
    walk = folder_walk.FolderWalk(pathlib.Path(folder))
    paths = sorted(
        path
        for path in walk.files()
        if path.suffix.lower() in formats.READ_SUFFIXES
    )
    if not paths:
        raise errors.InputError(
            f"`{flag}`={folder} holds no pictures; name a folder that does, or "
            f"{choices.SAMPLE_PHOTOS}."
        )
    chosen = sampling.evenly_spaced(paths, options.MAX_PHOTOS)
    return [pictures.read_picture(path) for path in chosen]
