"""Sharpness of a picture.

Measured on a copy whose short side is at most 512 pixels, twice the training
size: this mostly removes the softness of upscaled films. Pictures are uint8
RGB, of shape `(height, width, 3)`.
"""

from collections.abc import Sequence

import cv2
import numpy as np

_SIDE = 512
_FINE_SIGMA, _COARSE_SIGMA = 1.0, 3.0  # Pixels; the first removes noise.
_EDGE_PERCENTILE = 98  # Only the strongest edges, not the soft background.
_MIN_BLUR_WIDTH = 1.75  # Edge width, in pixels, at which blur is visible.
_QUARTILE = 25
_MIN_EXCESS_WIDTH = 1.0  # Pixels above the first quartile of a film.
_MIN_GRADIENT = 1e-3


def reduce(picture: np.ndarray, side: int = _SIDE) -> np.ndarray:
    """Shrinks a picture to a short side of at most `side` pixels."""
    height, width = picture.shape[:2]
    if min(height, width) <= side:
        return picture
    scale = side / min(height, width)
    size = (round(width * scale), round(height * scale))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def detail(picture: np.ndarray) -> float:
    """Measures the visible detail of a picture.

    Of two pictures of the same scene, the one with more detail is better: it
    is sharper, or not faded.
    """
    gray = cv2.cvtColor(reduce(picture), cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(gray, cv2.CV_32F).std())


def blur(picture: np.ndarray) -> float:
    """Estimates the width of the edges of a picture.

    The wider an edge (standard deviation `s`), the less its gradient falls
    when it is blurred again (Zhuo and Sim, 2011). The larger of the widths of
    vertical and horizontal edges counts, since motion blurs only one of them.

    Returns:
        Standard deviation in pixels, 0 for perfectly sharp edges.
    """
    gray = cv2.cvtColor(reduce(picture), cv2.COLOR_RGB2GRAY)
    fine, coarse = (
        cv2.GaussianBlur(gray.astype("float32"), (0, 0), sigma)
        for sigma in (_FINE_SIGMA, _COARSE_SIGMA)
    )
    return max(_edge_width(fine, coarse, 1, 0), _edge_width(fine, coarse, 0, 1))


def find_blurred(blurs: Sequence[float]) -> list[bool]:
    """Finds the blurred pictures of a film.

    Edge widths, measured with a short side of 512 pixels and noise of 2 of
    255, on 105 panels, illustrations, drawn scenes and photos: 0 to 1.3 if
    sharp; 1.3 to 2.8 if blurred with a sigma of 2 pixels, 2.0 to 4.2 with 3
    pixels, 1.9 to 5.8 by a motion of 15 pixels. The limit is higher for films
    that are soft throughout, of which nothing would be left.

    Args:
        blurs: Edge widths (`blur`) of all pictures.

    Returns:
        Whether each picture is blurred.
    """
    if not len(blurs):
        return []
    usual = float(np.percentile(blurs, _QUARTILE))
    limit = max(_MIN_BLUR_WIDTH, usual + _MIN_EXCESS_WIDTH)
    return [value > limit for value in blurs]


def _edge_width(fine, coarse, across, down):
    before = np.abs(cv2.Sobel(fine, cv2.CV_32F, across, down))
    after = np.abs(cv2.Sobel(coarse, cv2.CV_32F, across, down))
    threshold = max(np.percentile(before, _EDGE_PERCENTILE), _MIN_GRADIENT)
    is_edge = before >= threshold
    if not is_edge.any():
        return 0.0
    ratio = min(float(np.median(after[is_edge] / before[is_edge])), 0.99)
    squared = (ratio * _COARSE_SIGMA) ** 2 - _FINE_SIGMA**2
    squared /= 1 - ratio**2
    return max(squared, 0.0) ** 0.5
