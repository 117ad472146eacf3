"""Color fringes: colors beside contours that the photo does not have there."""

import cv2
import numpy as np

from cartoongan_tf.analysis import structure

_EDGE_DISTANCE = 2  # Pixels from a strong edge.
_COLOR_WINDOW = (9, 9)  # Neighborhood, in pixels, with the allowed colors.


def fringe(before: structure.Structure, cartoon: np.ndarray) -> float:
    """Measures color fringes beside a photo's strong edges.

    Args:
        before: Structure of the photo.
        cartoon: Its cartoon, uint8 RGB of shape `(height, width, 3)`.

    Returns:
        Amount by which a* or b* of CIE Lab exceeds the photo's range in the
        9 x 9 pixels around, averaged over all pixels within 2 pixels of
        strong edges. 0 if there are none.
    """
    is_near_edge = structure.dilate(before.strong, _EDGE_DISTANCE)
    if not is_near_edge.any():
        return 0.0
    colors, after = _chroma(before.photo), _chroma(cartoon)
    window = np.ones(_COLOR_WINDOW, "uint8")
    low, high = cv2.erode(colors, window), cv2.dilate(colors, window)
    excess = np.maximum(after - high, low - after).max(axis=-1)
    return float(np.maximum(excess, 0)[is_near_edge].mean())


def _chroma(picture):
    """a* and b* of CIE Lab, float32 of shape `(height, width, 2)`."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    return lab[..., 1:].astype("float32")
