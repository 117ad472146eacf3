"""Letterbox and pillarbox bars.

Pictures are uint8 RGB, of shape `(height, width, 3)`.
"""

import collections
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

BLACK_LEVEL = 24  # Maximum luminance of a bar, with compression noise.
_MIN_DARK_SHARE = 0.98  # Per row: bright pixels ring into bars.
_MAX_LIT_SHARE = 0.1  # Per bar: allows a line of subtitles.
_SOFT_BORDER = 2  # Pixels beside a bar, darkened by scaling and compression.


class Bars(NamedTuple):
    """Widths of the bars on each side of a picture, in pixels."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0


def find_bars(picture: np.ndarray) -> Bars:
    """Measures the bars of a picture.

    Bars come in pairs, at the top and bottom or left and right; a dark band on
    one side only is a night sky. A completely black picture has none.

    Args:
        picture: uint8 RGB array of shape `(height, width, 3)`.

    Returns:
        Bars to crop.
    """
    is_dark = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) <= BLACK_LEVEL
    if is_dark.mean() > _MIN_DARK_SHARE:
        return Bars()
    return Bars(*_pair(is_dark), *_pair(is_dark.T))


def cut_bars(picture: np.ndarray, bars: Bars) -> np.ndarray:
    """Crops the bars of a picture."""
    height, width = picture.shape[:2]
    return picture[
        bars.top : height - bars.bottom, bars.left : width - bars.right
    ]


def common_bars(found: Sequence[Bars]) -> Bars:
    """Bars of a film: the most common ones of its frames.

    Args:
        found: Bars of frames of one size. Dark frames seem to have wider
            bars, and full-frame logos none.

    Returns:
        Bars to crop, including their soft borders.
    """
    if not found:
        return Bars()
    ((rows, _),) = collections.Counter(b[:2] for b in found).most_common(1)
    ((columns, _),) = collections.Counter(b[2:] for b in found).most_common(1)
    return Bars(
        *(side + _SOFT_BORDER if side else 0 for side in (*rows, *columns))
    )


def drop_lit_bars(picture: np.ndarray, bars: Bars) -> Bars:
    """Drops bars that a picture fills, such as a full-frame logo.

    A line of subtitles does not fill a bar.
    """
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    height, width = gray.shape
    bands = (
        gray[: bars.top],
        gray[height - bars.bottom :],
        gray[:, : bars.left],
        gray[:, width - bars.right :],
    )
    is_dark = [
        not band.size or (band > BLACK_LEVEL).mean() <= _MAX_LIT_SHARE
        for band in bands
    ]
    sides = zip(bars, is_dark, strict=True)
    return Bars(*(side if dark else 0 for side, dark in sides))


def _pair(is_dark):
    is_bar = is_dark.mean(axis=1) >= _MIN_DARK_SHARE
    if is_bar.all():
        return 0, 0
    first, last = int(np.argmin(is_bar)), int(np.argmin(is_bar[::-1]))
    return (first, last) if min(first, last) > 0 else (0, 0)
