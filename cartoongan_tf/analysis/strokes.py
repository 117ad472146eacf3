"""Stray strokes and kept contours.

Generators draw dashes on walls and skies (stray strokes), or lose contours.
Distances between sets of pictures, such as KID, detect neither.
"""

from typing import NamedTuple

import numpy as np

from cartoongan_tf.analysis import structure

_MIN_STROKE_GRADIENT = 48  # Visible stroke on a flat area.
_MIN_CONTOUR_GRADIENT = 80
_MAX_SHIFT = 3  # Pixels by which a contour may move.


class Strokes(NamedTuple):
    """Pixel counts of one photo, or summed over several.

    Attributes:
        flat: Pixels of the photo's flat areas.
        stray: Flat pixels where the cartoon has a stroke.
        strong: Pixels of the photo's strong edges.
        kept: Strong pixels within 3 pixels of a contour of the cartoon.
    """

    flat: int
    stray: int
    strong: int
    kept: int


def count_strokes(before: structure.Structure, cartoon: np.ndarray) -> Strokes:
    """Compares a cartoon, uint8 `(height, width, 3)`, with its photo."""
    gradient = structure.gradient_magnitude(cartoon)
    contours = structure.dilate(gradient > _MIN_CONTOUR_GRADIENT, _MAX_SHIFT)
    return Strokes(
        flat=int(before.flat.sum()),
        stray=int((gradient[before.flat] > _MIN_STROKE_GRADIENT).sum()),
        strong=int(before.strong.sum()),
        kept=int(contours[before.strong].sum()),
    )
