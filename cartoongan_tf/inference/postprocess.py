"""Postprocessing of cartoons: blending with the photo, color transfer.

All pictures are uint8 RGB arrays of shape `(height, width, 3)`. Large ones are
processed in bands to save memory.
"""

import math
from collections.abc import Iterator

import cv2
import numpy as np

from cartoongan_tf.core import errors

_MAX_BAND_PIXELS = 1_000_000
_MAX_SAMPLED_PIXELS = 1_000_000  # For color statistics.
_MIN_DEVIATION = 1.0  # In L, a, b: keeps flat pictures from being stretched.
_MAX_DEVIATION_RATIO = 2.0  # Between source and target, either way.


class Finish:
    """Blends cartoons with their photos and transfers the photos' colors.

    Args:
        strength: Weight of the cartoon, 0 to 1; the rest is the photo.
        preserve_color: Whether the cartoon gets the photo's mean and standard
            deviation of L, a and b (CIE Lab; Reinhard et al., 2001).

    Call arguments:
        photo: The cartoon's photo.
        cartoon: Array of the same shape, modified in place.

    Returns:
        `cartoon`.

    Raises:
        InputError: If `strength` is not in [0, 1].
    """

    def __init__(self, strength: float = 1.0, preserve_color: bool = False):
        if not 0 <= strength <= 1:
            raise errors.InputError(
                f"`strength`={strength} must be between 0, the photo, and 1, "
                "the cartoon."
            )
        self._strength = strength
        self._preserves_color = preserve_color

    def __call__(self, photo: np.ndarray, cartoon: np.ndarray) -> np.ndarray:
        if self._preserves_color:
            _match_colors(photo, cartoon)
        if self._strength < 1:
            photo_share = 1 - self._strength
            cv2.addWeighted(
                photo, photo_share, cartoon, self._strength, 0, dst=cartoon
            )
        return cartoon


def beside(photo: np.ndarray, cartoon: np.ndarray) -> np.ndarray:
    """Puts a cartoon to the right of its photo; alpha planes work, too."""
    return np.concatenate([photo, cartoon], axis=1)


def _match_colors(photo, cartoon):
    target, source = (_lab_statistics(picture) for picture in (photo, cartoon))
    deviations = np.maximum([target[1], source[1]], _MIN_DEVIATION)
    factor = np.clip(
        deviations[0] / deviations[1],
        1 / _MAX_DEVIATION_RATIO,
        _MAX_DEVIATION_RATIO,
    )
    shift = target[0] - factor * source[0]
    for rows in _bands(cartoon):
        lab = _to_lab(cartoon[rows]) * factor + shift
        rgb = cv2.cvtColor(lab.astype("float32"), cv2.COLOR_Lab2RGB)
        cartoon[rows] = np.round(np.clip(rgb, 0, 1) * 255)


def _lab_statistics(picture):
    step = math.ceil(math.sqrt(picture[..., 0].size / _MAX_SAMPLED_PIXELS))
    lab = _to_lab(picture[::step, ::step])
    return lab.mean(axis=(0, 1)), lab.std(axis=(0, 1))


def _to_lab(pixels):
    return cv2.cvtColor(pixels / np.float32(255), cv2.COLOR_RGB2Lab)


def _bands(picture) -> Iterator[slice]:
    height, width, _ = picture.shape
    rows = max(1, _MAX_BAND_PIXELS // width)
    for top in range(0, height, rows):
        yield slice(top, top + rows)
