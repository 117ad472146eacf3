"""Grid artifacts: patterns that strided networks leave on flat areas.

They repeat at the same position of every block of 8 x 8 pixels. So do JPEG
artifacts: compare the grid of a cartoon with that of its photo.
"""

import cv2
import numpy as np

PHASES = 8  # Block size, a multiple of the networks' strides.

_HIGH_PASS_SIGMA = 2.0  # Pixels.
_MAX_AMPLITUDE = 12.0  # Gray levels of 255; stronger structure is drawn.


def phase_sums(picture: np.ndarray, flat: np.ndarray) -> np.ndarray:
    """Sums over the blocks of a picture, for each position in a block.

    Sums of several pictures can be added. Rows and columns beyond complete
    blocks are ignored.

    Args:
        picture: uint8 RGB, of shape `(height, width, 3)`.
        flat: Mask of the pixels to count, boolean `(height, width)`.

    Returns:
        Sums of the high-passed luminance, of its magnitude, and of the number
        of pixels: array of shape `(3, PHASES, PHASES)`.
    """
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype("float32")
    fine = gray - cv2.GaussianBlur(gray, (0, 0), _HIGH_PASS_SIGMA)
    fine = np.clip(fine, -_MAX_AMPLITUDE, _MAX_AMPLITUDE)
    values = np.stack([fine, abs(fine), np.ones_like(fine)]) * flat
    down, across = (side // PHASES for side in flat.shape)
    whole = values[:, : down * PHASES, : across * PHASES]
    blocks = whole.reshape(3, down, PHASES, across, PHASES)
    return blocks.sum(axis=(1, 3), dtype="float64")


def grid_strength(sums: np.ndarray) -> float | None:
    """Strength of the grid, in gray levels of 255.

    Args:
        sums: `phase_sums`, added up over all pictures.

    Returns:
        Standard deviation, over the positions in a block, of the mean
        high-passed luminance, plus that of its mean magnitude. None if a
        position has no flat pixel.
    """
    *totals, count = sums
    if not count.all():
        return None
    return float(sum((total / count).std() for total in totals))
