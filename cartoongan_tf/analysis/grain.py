"""Grain: noise of paper, film and JPEG in flat areas.

Pictures are uint8 RGB, of shape `(height, width, 3)`.
"""

import cv2
import numpy as np

_BLOCK = 8  # Block size in pixels, as in JPEG.
_GRAIN_SIGMA = 2.0  # Blur that removes grain.
_GRADIENT_SIGMA = 3.0  # Blur that hides grain from the gradient.
_MAX_FLAT_GRADIENT = 8.0  # Unnormalized Sobel: 8 times gray levels per pixel.
_MIN_FLAT_PERCENT = 5  # Percentage of blocks that always count as flat.
_BLACK_LEVEL = 5  # Darker and lighter levels clip noise.
_WHITE_LEVEL = 250


def measure(picture: np.ndarray) -> float:
    """Measures the grain of a picture's flat areas.

    Args:
        picture: uint8 RGB array of shape `(height, width, 3)`.

    Returns:
        Standard deviation, in gray levels of 255, of the high-passed flat
        blocks: a mean over the blocks, which JPEG blocks without any noise do
        not dominate. 0 if the whole picture is black or white.
    """
    image = picture.astype("float32")
    residual = image - cv2.GaussianBlur(image, (0, 0), _GRAIN_SIGMA)
    coarse = cv2.GaussianBlur(image, (0, 0), _GRADIENT_SIGMA)
    gradient = sum(
        abs(cv2.Sobel(coarse, -1, *axis)) for axis in ((1, 0), (0, 1))
    )
    colors = _blocks(image)
    is_unclipped = (colors.min(1) > _BLACK_LEVEL) & (
        colors.max(1) < _WHITE_LEVEL
    )
    if not is_unclipped.any():
        return 0.0
    steepest = _blocks(gradient)[is_unclipped].max(1)
    limit = max(_MAX_FLAT_GRADIENT, np.percentile(steepest, _MIN_FLAT_PERCENT))
    flat_blocks = _blocks(residual)[is_unclipped][steepest <= limit]
    return float(flat_blocks.std(1).mean())


def _blocks(image):
    """Splits into complete blocks: array of shape `(count, block values)`."""
    rows, columns = (side // _BLOCK for side in image.shape[:2])
    whole = image[: rows * _BLOCK, : columns * _BLOCK]
    shape = (rows, _BLOCK, columns, _BLOCK, image.shape[-1])
    parts = whole.reshape(shape).swapaxes(1, 2)
    return parts.reshape(rows * columns, _BLOCK**2 * image.shape[-1])
