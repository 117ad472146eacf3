"""Detail preservation: eyes, spokes and windows, from 2 to 8 pixels wide.

Luminance is band-passed by a difference of Gaussians. Where the photo has
strong structure in this band, photo and cartoon are correlated in a window
around each pixel. All of these pixels have equal weight.
"""

from typing import NamedTuple

import cv2
import numpy as np

# Half amplitude at wavelengths of 4 and 16 pixels: widths of 2 and 8.
_FINE_SIGMA, _COARSE_SIGMA = 0.75, 3.0
_WINDOW_SIGMA = 4.0  # Pixels.
# Root mean square in the window, in gray levels of 255.
_MIN_DETAIL_RMS = 8.0
_MIN_VISIBLE_RMS = 2.0  # Fainter details of a cartoon count less.


class Details(NamedTuple):
    """Correlation of details, of one photo or summed over several.

    Attributes:
        total: Sum of the local correlations.
        pixels: Number of correlations in the sum.
    """

    total: float
    pixels: int


def compare(photo: np.ndarray, cartoon: np.ndarray) -> Details:
    """Correlates the details of a photo and its cartoon.

    Args:
        photo: uint8 RGB array of shape `(height, width, 3)`.
        cartoon: uint8 RGB array of the same shape.
    """
    before, after = _band_pass(photo), _band_pass(cartoon)
    rms = np.sqrt(_local_mean(before * before))
    rms_after = np.sqrt(_local_mean(after * after))
    is_detail = rms > _MIN_DETAIL_RMS
    # A detail that has become invisible is not kept, however well its
    # remainder correlates.
    norm = rms * np.maximum(rms_after, _MIN_VISIBLE_RMS)
    products = _local_mean(before * after)[is_detail]
    correlations = products / norm[is_detail]
    return Details(float(correlations.sum()), int(is_detail.sum()))


def _band_pass(picture):
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype("float32")
    fine, coarse = (
        cv2.GaussianBlur(gray, (0, 0), sigma)
        for sigma in (_FINE_SIGMA, _COARSE_SIGMA)
    )
    return fine - coarse


def _local_mean(values):
    return cv2.GaussianBlur(values, (0, 0), _WINDOW_SIGMA)
