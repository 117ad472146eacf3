"""Tonal range of a picture: contrast, dark and light tones."""

from typing import NamedTuple

import cv2
import numpy as np

_LIGHTNESS_PERCENTILES = (2, 98)  # Robust against single pixels.


class Tones(NamedTuple):
    """Statistics of the lightness L of CIE Lab, from 0 to 100.

    Attributes:
        deviation: Standard deviation over the pixels: the contrast.
        dark: 2nd percentile.
        light: 98th percentile.
    """

    deviation: float
    dark: float
    light: float


def tones(picture: np.ndarray) -> Tones:
    """Measures a picture, uint8 sRGB of shape `(height, width, 3)`."""
    unit = picture.astype("float32") / 255
    lightness = cv2.cvtColor(unit, cv2.COLOR_RGB2LAB)[..., 0]
    dark, light = np.percentile(lightness, _LIGHTNESS_PERCENTILES)
    return Tones(float(lightness.std()), float(dark), float(light))
