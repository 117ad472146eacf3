"""Strokes: those that nothing in a photo asks for, and contours that are kept.

Generators put dashes on walls and skies (stray strokes), or let contours go.
Distances between sets of pictures see neither.
"""

from typing import NamedTuple

import numpy as np

from cartoongan_tf.analysis import structure

_STROKE = 48  # Slope above which a stroke is seen on a flat area.
_CONTOUR = 80  # Slope from which on a contour is still one.
_MAX_SHIFT = 3  # Pixels that a contour may have moved by.


class Strokes(NamedTuple):
    """Numbers of pixels of one photo, or of several together.

    Attributes:
        flat: Of the photo's flat areas.
        stray: Of these, those where the cartoon has a stroke.
        strong: Of the photo's strong steps.
        kept: Of these, those that are contours of the cartoon, within 3
            pixels.
    """

    flat: int
    stray: int
    strong: int
    kept: int


def count_strokes(before: structure.Structure, cartoon: np.ndarray) -> Strokes:
    """Compares a cartoon, uint8 `(height, width, 3)`, with its photo."""
    slopes = structure.gradient_magnitude(cartoon)
    contours = structure.dilate(slopes > _CONTOUR, _MAX_SHIFT)
    return Strokes(
        flat=int(before.flat.sum()),
        stray=int((slopes[before.flat] > _STROKE).sum()),
        strong=int(before.strong.sum()),
        kept=int(contours[before.strong].sum()),
    )
