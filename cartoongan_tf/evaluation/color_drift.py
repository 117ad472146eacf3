"""Color drift: how far the colors of a cartoon are from those of its photo.

Both are averaged over 16 x 16 cells in CIE Lab, L from 0 to 100: a cartoon may
draw lines and flatten areas, but a red leaf should stay red. Pictures are uint8
sRGB, of shape `(height, width, 3)`.
"""

from typing import NamedTuple

import cv2
import numpy as np

_CELLS = 16  # Down, and across.
_COLORED = 20.0  # Chroma from which on a cell has a color to speak of.
_COSINE = 0.5  # Of 60 degrees: red to yellow is about that far.


class Drift(NamedTuple):
    """Change of the colors of one photo.

    Attributes:
        distance: Mean over the cells of the distance in Lab (CIE76); about
            2.3 is just noticed.
        colored: How many cells of the photo are clearly colored.
        turned: How many of these have clearly another hue in the cartoon.
            Those that lost their color have none, and do not count.
    """

    distance: float
    colored: int
    turned: int


def compare(photo: np.ndarray, cartoon: np.ndarray) -> Drift:
    """Compares a photo and its cartoon, of one size."""
    cells, others = _cells(photo), _cells(cartoon)
    hue, other = cells[..., 1:], others[..., 1:]
    chroma = np.linalg.norm(hue, axis=-1)
    chroma_after = np.linalg.norm(other, axis=-1)
    is_colored = chroma > _COLORED
    is_turned = (hue * other).sum(axis=-1) < _COSINE * chroma * chroma_after
    is_turned &= is_colored & (chroma_after > _COLORED)
    return Drift(
        float(np.linalg.norm(cells - others, axis=-1).mean()),
        int(is_colored.sum()),
        int(is_turned.sum()),
    )


def _cells(picture):
    """Means in Lab, as `(16, 16, 3)`."""
    lab = cv2.cvtColor(picture.astype("float32") / 255, cv2.COLOR_RGB2LAB)
    return cv2.resize(lab, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA)
