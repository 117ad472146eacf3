"""The structure of a photo: where it is flat, and where it has strong steps.

Slopes are those of unnormalized 3x3 Sobel operators, the steepest of the three
channels: a sharp step of n levels of 255 has a slope of 4n. Pictures are uint8
RGB, of shape `(height, width, 3)`; masks are boolean, `(height, width)`.
"""

from typing import NamedTuple

import cv2
import numpy as np

_BLUR = (5, 5)  # Grain and JPEG blocks are no structure.
_MAX_FLAT_SLOPE = 24  # Slope above which a blurred photo is not flat.
_MARGIN = 7  # Pixels that flat areas stay away from what is not flat.
_MIN_EDGE_SLOPE = 160  # Slope from which on a step is one: 40 levels.


class Structure(NamedTuple):
    """A photo, and what is where in it.

    Attributes:
        photo: The photo.
        flat: Where there is nothing to draw, by a margin of 7 pixels.
        strong: Where its strong steps are.
    """

    photo: np.ndarray
    flat: np.ndarray
    strong: np.ndarray


def find_structure(photo: np.ndarray) -> Structure:
    """Finds flat areas and strong steps of a photo."""
    is_busy = slopes(cv2.GaussianBlur(photo, _BLUR, 0)) > _MAX_FLAT_SLOPE
    return Structure(
        photo,
        flat=~widened(is_busy, _MARGIN),
        strong=slopes(photo) > _MIN_EDGE_SLOPE,
    )


def slopes(picture: np.ndarray) -> np.ndarray:
    """The steepest slope of any channel, as float32 `(height, width)`."""
    across = cv2.Sobel(picture, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(picture, cv2.CV_32F, 0, 1)
    return np.hypot(across, down).max(axis=-1)


def widened(mask: np.ndarray, margin: int) -> np.ndarray:
    """A mask, with all that is within a square of `margin` pixels around it."""
    square = np.ones((2 * margin + 1,) * 2, "uint8")
    return cv2.dilate(mask.astype("uint8"), square) > 0
