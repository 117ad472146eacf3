"""How sharp a picture is.

Measured on a copy whose short side is 256 pixels, about what training sees:
the softness of an enlarged film is gone there, blur that would be learned is
not. Pictures are uint8 RGB, of shape `(height, width, 3)`.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import skimage.measure

_SIDE = 256
_QUARTILE = 25  # Sharp pictures, so long as a quarter of them are.
_MARGIN = 0.25


def reduce(picture: np.ndarray, side: int = _SIDE) -> np.ndarray:
    """Reduces a picture to a short side of `side` pixels, or leaves it."""
    height, width = picture.shape[:2]
    if min(height, width) <= side:
        return picture
    scale = side / min(height, width)
    size = (round(width * scale), round(height * scale))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def detail(picture: np.ndarray) -> float:
    """How much detail shows.

    Of two pictures of the same thing the one with more is better: it is the
    sharper one, or the one that is not faded.
    """
    gray = cv2.cvtColor(reduce(picture), cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(gray, cv2.CV_32F).std())


def blur(picture: np.ndarray) -> float:
    """How blurred a picture is, from 0 to 1 (Crete et al., 2007)."""
    gray = cv2.cvtColor(reduce(picture), cv2.COLOR_RGB2GRAY)
    return float(skimage.measure.blur_effect(gray))


def find_blurred(blurs: Sequence[float]) -> list[bool]:
    """Tells which pictures of a film are blurred.

    A style has a softness of its own, so each is compared with the sharp ones
    of the same film. Measured with the short side at 256 pixels: the sharpest
    quarter is at 0.20 (drawn scenes) to 0.31 (painted panels), the softest
    sharp panel at 0.53; blurred with a sigma of 3 pixels, or by a motion of
    15, none is below 0.54.

    Args:
        blurs: `blur` of each picture.

    Returns:
        Whether each is blurred.
    """
    if not len(blurs):
        return []
    limit = np.percentile(blurs, _QUARTILE) + _MARGIN
    return [bool(value > limit) for value in blurs]
