"""Grid: the woven pattern that networks with strides leave on flat areas.

It is locked to the phases of blocks of 8 x 8 pixels: what repeats at the same
place of every block. JPEG leaves one, too, so that a cartoon's grid is to be
compared with that of its photo.
"""

import cv2
import numpy as np

PHASES = 8  # Down, and across: the strides of the networks divide it.

_BLUR = 2.0  # Pixels: what is left by a Gaussian of this size is no pattern.
_MAX_AMPLITUDE = 12.0  # Levels of 255: what is above is drawn, and no pattern.


def phase_sums(picture: np.ndarray, flat: np.ndarray) -> np.ndarray:
    """Sums over the blocks of a picture, for each place in a block.

    They add up over pictures. Rows and columns beyond whole blocks are left
    out.

    Args:
        picture: uint8 RGB, of shape `(height, width, 3)`.
        flat: Which of its pixels count, boolean `(height, width)`.

    Returns:
        Of the high-passed luminance, of its magnitude, and of the number of
        pixels: `(3, PHASES, PHASES)`.
    """
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype("float32")
    fine = gray - cv2.GaussianBlur(gray, (0, 0), _BLUR)
    fine = np.clip(fine, -_MAX_AMPLITUDE, _MAX_AMPLITUDE)
    values = np.stack([fine, abs(fine), np.ones_like(fine)]) * flat
    down, across = (side // PHASES for side in flat.shape)
    whole = values[:, : down * PHASES, : across * PHASES]
    blocks = whole.reshape(3, down, PHASES, across, PHASES)
    return blocks.sum(axis=(1, 3), dtype="float64")


def grid_strength(sums: np.ndarray) -> float | None:
    """Strength of a grid, in levels of 255.

    Args:
        sums: Those of `phase_sums`, of all pictures together.

    Returns:
        How far the mean of the high-passed luminance differs between places
        of a block (standard deviation), and how far that of its magnitude.
        None where a place has no flat pixel.
    """
    *totals, count = sums
    if not count.all():
        return None
    return float(sum((total / count).std() for total in totals))
