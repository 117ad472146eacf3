"""Details: eyes, spokes and windows, from 2 to 8 pixels wide.

Luminance is band-passed by a difference of Gaussians. Where the photo has
strong structure in this band, it is correlated with the cartoon's, in a window
around each pixel: each place counts the same, however strong it is.
"""

from typing import NamedTuple

import cv2
import numpy as np

# Halve the amplitude at wavelengths of 4 and 16 pixels: widths of 2 and 8.
_FINE, _COARSE = 0.75, 3.0
_WINDOW = 4.0  # Pixels: standard deviation of the window's Gaussian.
# Levels of 255, root mean square in the window: a detail.
_MIN_DETAIL_RMS = 8.0
_MIN_VISIBLE_RMS = 2.0  # Below it a cartoon's detail counts less and less.


class Details(NamedTuple):
    """Kept details of one photo, or of several together.

    Attributes:
        total: Sum of the local correlations.
        pixels: How many these are of.
    """

    total: float
    pixels: int


def compare(photo: np.ndarray, cartoon: np.ndarray) -> Details:
    """Correlates two uint8 RGB pictures of shape `(height, width, 3)`."""
    band, after = _band(photo), _band(cartoon)
    deviation = np.sqrt(_averaged(band * band))
    deviation_after = np.sqrt(_averaged(after * after))
    is_detail = deviation > _MIN_DETAIL_RMS
    # A detail that has faded below what is seen is not kept, however well
    # the rest of it correlates.
    norm = deviation * np.maximum(deviation_after, _MIN_VISIBLE_RMS)
    products = _averaged(band * after)[is_detail]
    correlations = products / norm[is_detail]
    return Details(float(correlations.sum()), int(is_detail.sum()))


def _band(picture):
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype("float32")
    fine, coarse = (
        cv2.GaussianBlur(gray, (0, 0), size) for size in (_FINE, _COARSE)
    )
    return fine - coarse


def _averaged(values):
    return cv2.GaussianBlur(values, (0, 0), _WINDOW)
