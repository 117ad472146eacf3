"""Letterbox and pillarbox bars: dark bands that are no part of a picture.

Pictures are uint8 RGB, of shape `(height, width, 3)`.
"""

import collections
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

BLACK = 24  # Luminance up to which noise of compression keeps a bar.
_DARK_SHARE = 0.98  # Of a row: a few bright pixels ring into a bar.
_SUBTITLES = 0.1  # Of a bar may be lit by a line of text.
# Pixels beside a bar that scaling and compression have darkened.
_BORDER_PIXELS = 2


class Bars(NamedTuple):
    """Rows and columns, in pixels, on each side of a picture."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0


def find_bars(picture: np.ndarray) -> Bars:
    """Measures the bars of a picture.

    Bars come in pairs, above and below or left and right; a dark band on one
    side only is a night sky. A picture that is black all over has none.

    Args:
        picture: uint8 RGB array of shape `(height, width, 3)`.

    Returns:
        What to cut.
    """
    is_dark = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) <= BLACK
    if is_dark.mean() > _DARK_SHARE:
        return Bars()
    return Bars(*_pair(is_dark), *_pair(is_dark.T))


def cut_bars(picture: np.ndarray, bars: Bars) -> np.ndarray:
    """The part of a picture inside of its bars."""
    height, width = picture.shape[:2]
    return picture[
        bars.top : height - bars.bottom, bars.left : width - bars.right
    ]


def common_bars(found: Sequence[Bars]) -> Bars:
    """The bars of a film: those that most of its frames have.

    Args:
        found: Bars of frames of one size. A dark frame seems to have wider
            ones, a logo none.

    Returns:
        What to cut, with the soft rim of each bar.
    """
    if not found:
        return Bars()
    ((rows, _),) = collections.Counter(b[:2] for b in found).most_common(1)
    ((columns, _),) = collections.Counter(b[2:] for b in found).most_common(1)
    return Bars(
        *(side + _BORDER_PIXELS if side else 0 for side in (*rows, *columns))
    )


def without_lit(picture: np.ndarray, bars: Bars) -> Bars:
    """Leaves out the bars that a picture covers, such as a full-frame logo.

    A line of subtitles does not count.
    """
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    height, width = gray.shape
    bands = (
        gray[: bars.top],
        gray[height - bars.bottom :],
        gray[:, : bars.left],
        gray[:, width - bars.right :],
    )
    is_dark = [not b.size or (b > BLACK).mean() <= _SUBTITLES for b in bands]
    kept = zip(bars, is_dark, strict=True)
    return Bars(*(side if dark else 0 for side, dark in kept))


def _pair(is_dark):
    is_bar = is_dark.mean(axis=1) >= _DARK_SHARE
    if is_bar.all():
        return 0, 0
    first, last = int(np.argmin(is_bar)), int(np.argmin(is_bar[::-1]))
    return (first, last) if min(first, last) > 0 else (0, 0)
