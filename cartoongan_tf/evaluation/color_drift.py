"""Color drift: distance of a cartoon's colors from those of its photo.

Both are averaged over a grid of 16 x 16 cells in CIE Lab, L from 0 to 100: a
cartoon may draw lines and flatten areas, but a red leaf should stay red.
Pictures are uint8 sRGB, of shape `(height, width, 3)`.
"""

from typing import NamedTuple

import cv2
import numpy as np

_GRID_SIZE = 16  # Cells per row and column.
_MIN_CHROMA = 20.0  # Of a clearly colored cell.
_MIN_COSINE = 0.5  # 60 degrees, about the distance of red and yellow.


class Drift(NamedTuple):
    """Color change of one photo.

    Attributes:
        distance: Mean distance of the cells in Lab (CIE76); about 2.3 is just
            noticeable.
        colored: Number of clearly colored cells of the photo.
        turned: Number of these cells with a clearly different hue in the
            cartoon. Cells that lost their color do not count.
    """

    distance: float
    colored: int
    turned: int


def compare(photo: np.ndarray, cartoon: np.ndarray) -> Drift:
    """Compares a photo and its cartoon, of the same size."""
    before, after = _cell_means(photo), _cell_means(cartoon)
    ab, ab_after = before[..., 1:], after[..., 1:]
    chroma = np.linalg.norm(ab, axis=-1)
    chroma_after = np.linalg.norm(ab_after, axis=-1)
    is_colored = chroma > _MIN_CHROMA
    dot = (ab * ab_after).sum(axis=-1)
    is_turned = dot < _MIN_COSINE * chroma * chroma_after
    is_turned &= is_colored & (chroma_after > _MIN_CHROMA)
    return Drift(
        float(np.linalg.norm(before - after, axis=-1).mean()),
        int(is_colored.sum()),
        int(is_turned.sum()),
    )


def _cell_means(picture):
    """Mean Lab colors of the cells, `(16, 16, 3)`."""
    lab = cv2.cvtColor(picture.astype("float32") / 255, cv2.COLOR_RGB2LAB)
    size = (_GRID_SIZE, _GRID_SIZE)
    return cv2.resize(lab, size, interpolation=cv2.INTER_AREA)
