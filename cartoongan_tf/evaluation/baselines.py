"""Baselines: OpenCV filters that a trained generator should outperform.

Functions from a uint8 RGB picture to another of the same size.
"""

from collections.abc import Callable

import cv2
import numpy as np

_PASSES = 3  # One is hardly visible; each pass removes more texture.
_DIAMETER = 9
_SIGMA = 75
_MEDIAN_SIZE = 5
_BLOCK_SIZE = 9
_MIN_LINE_CONTRAST = 9  # Gray levels below the local mean.


def stylize(picture: np.ndarray) -> np.ndarray:
    """Edge-aware stylization (Gastal and Oliveira, 2011)."""
    return cv2.stylization(picture)


def outline(picture: np.ndarray) -> np.ndarray:
    """Bilateral filter and adaptive threshold, as in many tutorials."""
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    gray = cv2.medianBlur(gray, _MEDIAN_SIZE)
    paper = cv2.adaptiveThreshold(
        gray,
        255,
        cv2.ADAPTIVE_THRESH_MEAN_C,
        cv2.THRESH_BINARY,
        _BLOCK_SIZE,
        _MIN_LINE_CONTRAST,
    )
    flat = picture
    for _ in range(_PASSES):
        flat = cv2.bilateralFilter(flat, _DIAMETER, _SIGMA, _SIGMA)
    return cv2.bitwise_and(flat, flat, mask=paper)


BASELINES: dict[str, Callable] = {
    "stylization": stylize,
    "bilateral": outline,
}
