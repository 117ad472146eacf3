"""Baselines: cartoons without a network, by filters that anyone has.

What a trained generator should be better than. uint8 RGB pictures in and out,
of the same size.
"""

from collections.abc import Callable

import cv2
import numpy as np

_PASSES = 3  # One hardly shows; each further one takes more texture away.
_DIAMETER = 9
_SIGMA = 75
_MEDIAN = 5
_BLOCK = 9
# Than the mean around, by how much, for a pixel to be a line.
_MIN_LINE_CONTRAST = 9


def stylize(picture: np.ndarray) -> np.ndarray:
    """Smooth areas between dark edges (Gastal and Oliveira, 2011)."""
    return cv2.stylization(picture)


def outline(picture: np.ndarray) -> np.ndarray:
    """The recipe of many tutorials: bilateral filter, adaptive threshold."""
    gray = cv2.medianBlur(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), _MEDIAN)
    paper = cv2.adaptiveThreshold(
        gray,
        255,
        cv2.ADAPTIVE_THRESH_MEAN_C,
        cv2.THRESH_BINARY,
        _BLOCK,
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
