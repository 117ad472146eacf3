"""Measures of a picture for folder checks.

Pictures are uint8 RGB of shape `(height, width, 3)`. All measures but the size
exclude letterbox bars.
"""

import pathlib
from typing import NamedTuple

import cv2
import numpy as np

from cartoongan_tf.analysis import drawn_score
from cartoongan_tf.analysis import grain
from cartoongan_tf.analysis import letterbox
from cartoongan_tf.analysis import near_duplicates
from cartoongan_tf.analysis import sharpness
from cartoongan_tf.core import crashes
from cartoongan_tf.images import headers
from cartoongan_tf.images import pictures

_MIN_DECODED_SIDE = 512  # Twice the size at which pictures are measured.


class Measures(NamedTuple):
    """Measures of one picture.

    Attributes:
        width: Width in pixels.
        height: Height in pixels.
        brightness: Median luminance, 0 to 255.
        contrast: Standard deviation of the luminance.
        color: Chroma of the most colorful pixels, 0 to 255.
        blur: Edge width, `sharpness.blur`.
        drawn: Drawn score, `drawn_score.LineStats.drawn`.
        grain: Noise in flat areas, `grain.measure`.
        bars: Share of the picture covered by letterbox bars, 0 to 1.
        fingerprint: `near_duplicates.fingerprint`.
    """

    width: int
    height: int
    brightness: float
    contrast: float
    color: float
    blur: float
    drawn: float
    grain: float
    bars: float
    fingerprint: np.ndarray

    @property
    def short_side(self) -> int:
        """Minimum of width and height."""
        return min(self.width, self.height)


def measure_file(path: pathlib.Path) -> Measures:
    """Reads and measures a picture; `InputError` if it cannot be read."""
    with crashes.handling(path):
        picture = pictures.read_picture(path, min_side=_MIN_DECODED_SIDE)
        header = headers.read_header(path)
    width, height = sorted((header.width, header.height))
    if picture.shape[0] < picture.shape[1]:
        width, height = height, width
    return measure(picture)._replace(width=width, height=height)


def measure(picture: np.ndarray) -> Measures:
    """Measures a uint8 RGB array of shape `(height, width, 3)`."""
    height, width = picture.shape[:2]
    inside = letterbox.cut_bars(picture, letterbox.find_bars(picture))
    small = drawn_score.scaled(inside)
    gray = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype("float32")
    return Measures(
        width=width,
        height=height,
        brightness=float(np.median(gray)),
        contrast=float(gray.std()),
        color=_color(small),
        blur=sharpness.blur(inside),
        drawn=drawn_score.line_stats(small).drawn,
        grain=grain.measure(inside),
        bars=1 - inside.size / picture.size,
        fingerprint=near_duplicates.fingerprint(inside),
    )


def _color(picture):
    chroma = picture.max(axis=-1).astype(int) - picture.min(axis=-1)
    return float(np.percentile(chroma, 98))
