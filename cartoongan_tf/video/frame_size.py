"""Frames of any size -> frames of one size, with bars where they need some."""

import cv2
import numpy as np


def fitted(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A whole picture in another size, in its proportions.

    Args:
        picture: uint8 array of shape `(height, width, 3)`.
        size: Width and height, in pixels.

    Returns:
        The picture, in the middle between black bars; itself if it has that
        size.
    """
    height, width = picture.shape[:2]
    if (width, height) == size:
        return picture
    scale = min(size[0] / width, size[1] / height)
    inner = [max(1, round(side * scale)) for side in (width, height)]
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    picture = cv2.resize(picture, inner, interpolation=method)
    left, top = ((a - b) // 2 for a, b in zip(size, inner, strict=True))
    right, bottom = size[0] - inner[0] - left, size[1] - inner[1] - top
    return cv2.copyMakeBorder(
        picture, top, bottom, left, right, cv2.BORDER_CONSTANT
    )
