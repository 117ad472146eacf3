"""Structure of a photo: flat areas and strong edges.

Gradients are those of unnormalized 3x3 Sobel operators, the maximum of the
three channels: a sharp step of n gray levels of 255 has a gradient of 4n.
Pictures are uint8 RGB, of shape `(height, width, 3)`; masks are boolean,
`(height, width)`.
"""

from typing import NamedTuple

import cv2
import numpy as np

_BLUR_SIZE = (5, 5)  # Removes grain and JPEG artifacts.
_MAX_FLAT_GRADIENT = 24  # Of the blurred photo.
_MARGIN = 7  # Pixels between flat areas and anything else.
_MIN_EDGE_GRADIENT = 160  # A step of 40 gray levels.


class Structure(NamedTuple):
    """A photo with masks of its structure.

    Attributes:
        photo: The photo.
        flat: Mask of flat areas, 7 pixels away from everything else.
        strong: Mask of strong edges.
    """

    photo: np.ndarray
    flat: np.ndarray
    strong: np.ndarray


def find_structure(photo: np.ndarray) -> Structure:
    """Finds flat areas and strong edges of a photo."""
    blurred = cv2.GaussianBlur(photo, _BLUR_SIZE, 0)
    is_busy = gradient_magnitude(blurred) > _MAX_FLAT_GRADIENT
    return Structure(
        photo,
        flat=~dilate(is_busy, _MARGIN),
        strong=gradient_magnitude(photo) > _MIN_EDGE_GRADIENT,
    )


def gradient_magnitude(picture: np.ndarray) -> np.ndarray:
    """Maximum gradient magnitude of the channels, float32 `(height, width)`."""
    across = cv2.Sobel(picture, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(picture, cv2.CV_32F, 0, 1)
    return np.hypot(across, down).max(axis=-1)


def dilate(mask: np.ndarray, radius: int) -> np.ndarray:
    """Dilates a mask by a square of `radius` pixels on each side."""
    square = np.ones((2 * radius + 1,) * 2, "uint8")
    return cv2.dilate(mask.astype("uint8"), square) > 0
