"""The drawn cartoons of the quick start: flat colors and bold outlines.

They stand in for the frames of a film, which a project cannot hand out, and
show what a discriminator is to learn: one ink, one width of line however large
the object, at most two tones an object, the darker one on the lower right.
"""

import cv2
import numpy as np

from cartoongan_tf.data.scenes import pens
from cartoongan_tf.data.scenes import places

_OVERSAMPLING = 2  # drawn so many times larger, then shrunk: smooth contours


def draw_scene(seed: int, size: int = 256) -> np.ndarray:
    """Draws a scene, the same for the same seed.

    Args:
        seed: Seed of all random choices.
        size: Sides of the picture, in pixels.

    Returns:
        uint8 RGB array of shape `(size, size, 3)`.

    Raises:
        ValueError: If `size` leaves no room between the lines.
    """
    if size < 64:
        raise ValueError(f"`size` must be >= 64, received {size}.")
    side = _OVERSAMPLING * size
    pixels = np.zeros((side, side, 3), np.uint8)
    places.scene(pens.new_pen(pixels, np.random.default_rng(seed)))
    return cv2.resize(pixels, (size, size), interpolation=cv2.INTER_AREA)
