"""Folders of photos, no two of which are alike."""

import pathlib

import cv2
import numpy as np
import skimage.data


def write(
    folder: pathlib.Path, count: int, size: tuple[int, int]
) -> pathlib.Path:
    """Writes JPEGs of parts of a photo, unless the folder is there.

    Args:
        folder: Folder to make.
        count: How many.
        size: Their width and height, pixels.

    Returns:
        The folder.
    """
    if folder.exists():
        return folder
    folder.mkdir()
    width, height = size
    wide = cv2.resize(skimage.data.coffee(), (4 * width, 4 * height))
    for number in range(count):
        shift = divmod(number, 4 * width)
        part = np.roll(wide, shift, (0, 1))[:height, :width]
        cv2.imwrite(str(folder / f"{number:06}.jpg"), part[..., ::-1])
    return folder
