"""Grain: noise of paper, of film and of JPEG in what should be flat.

Pictures are uint8 RGB, of shape `(height, width, 3)`.
"""

import cv2
import numpy as np

_BLOCK = 8  # Side, in pixels, of what is flat or not; JPEG's, too.
_GRAIN_SIGMA = 2.0  # Deviation of the blur that takes grain away.
_SLOPE_SIGMA = 3.0  # Of the one that also hides it from the slope.
_FLAT = 8.0  # Slope, in levels a pixel times Sobel's 8, of what is flat.
_MIN_FLAT_PERCENT = 5  # Percent of the blocks that are flat in any case.
_DARK = 5  # Levels beyond which noise is cut off.
_LIGHT = 250


def measure(picture: np.ndarray) -> float:
    """Measures the grain of a picture's flat areas.

    Args:
        picture: uint8 RGB array of shape `(height, width, 3)`.

    Returns:
        Standard deviation, in levels of 255, of what a blur takes out of flat
        blocks: their mean, so that a block of JPEG that is without any noise
        does not stand for the others. 0 where all is black or white.
    """
    image = picture.astype("float32")
    residue = image - cv2.GaussianBlur(image, (0, 0), _GRAIN_SIGMA)
    coarse = cv2.GaussianBlur(image, (0, 0), _SLOPE_SIGMA)
    slope = sum(abs(cv2.Sobel(coarse, -1, *axis)) for axis in ((1, 0), (0, 1)))
    colors = _blocks(image)
    is_open = (colors.min(1) > _DARK) & (colors.max(1) < _LIGHT)
    if not is_open.any():
        return 0.0
    steepest = _blocks(slope)[is_open].max(1)
    limit = max(_FLAT, np.percentile(steepest, _MIN_FLAT_PERCENT))
    return float(_blocks(residue)[is_open][steepest <= limit].std(1).mean())


def _blocks(image):
    """Cuts whole blocks: array of shape `(count, values of a block)`."""
    rows, columns = (side // _BLOCK for side in image.shape[:2])
    whole = image[: rows * _BLOCK, : columns * _BLOCK]
    shape = (rows, _BLOCK, columns, _BLOCK, image.shape[-1])
    parts = whole.reshape(shape).swapaxes(1, 2)
    return parts.reshape(rows * columns, _BLOCK**2 * image.shape[-1])
