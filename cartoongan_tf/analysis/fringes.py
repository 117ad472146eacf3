"""Fringes: colors beside contours that neither photo nor surroundings have."""

import cv2
import numpy as np

from cartoongan_tf.analysis import structure

_EDGE_BAND = 2  # Pixels from a strong step.
_COLOR_WINDOW = (9, 9)  # Pixels from which a color may come.


def fringe(before: structure.Structure, cartoon: np.ndarray) -> float:
    """Strangeness of the colors beside a photo's strong steps.

    Args:
        before: The photo.
        cartoon: What was made of it, uint8 RGB of shape `(height, width, 3)`.

    Returns:
        By how much a* or b* of CIE Lab is out of the range that the photo has
        in the 9 x 9 pixels around, averaged over the pixels within 2 of
        strong steps. 0 where there are none.
    """
    beside = structure.dilate(before.strong, _EDGE_BAND)
    if not beside.any():
        return 0.0
    colors, after = _chroma(before.photo), _chroma(cartoon)
    square = np.ones(_COLOR_WINDOW, "uint8")
    least, most = cv2.erode(colors, square), cv2.dilate(colors, square)
    excess = np.maximum(after - most, least - after).max(axis=-1)
    return float(np.maximum(excess, 0)[beside].mean())


def _chroma(picture):
    """a* and b*, as float32 `(height, width, 2)`."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    return lab[..., 1:].astype("float32")
