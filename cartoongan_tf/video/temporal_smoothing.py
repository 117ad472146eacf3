"""Smooths the cartoons of a video against flicker.

The last result is carried along by the motion of the photos, dense optical
flow, and blended with the new cartoon wherever that motion can be trusted:
where it leads back to where it came from, and to the same color. What has just
come into sight, and all that follows a cut, is the new cartoon alone.

Carrying a picture along by parts of a pixel blurs it, again and again. What is
lost is put back where it was lost, and all is kept within the colors that the
new cartoon has close by, as temporal antialiasing does (Karis, 2014), which
keeps halos and ghosts out.

Pictures are uint8 RGB of shape `(height, width, 3)`.
"""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from cartoongan_tf.analysis import sharpness
from cartoongan_tf.analysis import shot_detection

_SIDE = 320  # Short side of the pictures that motion is found in; pixels.
# The larger, the smoother, but the farther from what the network made.
_WEIGHT = 0.7  # Of the last result, where all trust it.
# Pixels, of the small pictures, off its start that a way ends.
_FLOW_CONSISTENCY = 0.8
_COLOR_SIGMA = 25.0  # Levels that a color may change on its way.
_CLAMP_MARGIN = 2  # Levels beyond the colors close by.
_CLAMP_WINDOW = 5  # Side, in pixels, of what is close by.
# Put back half a pixel off, where cubic weights lose most; where nothing moves
# nothing is, or halos would grow. More, or Lanczos' weights, gave ripples
# beside contours.
_SHARPENING = 0.16
# Share of a picture; if less is trusted, it is another shot.
_MIN_TRUSTED = 0.25


class Memory(NamedTuple):
    """Memory of the frame before.

    Attributes:
        photo: The frame.
        result: Its smoothed cartoon.
    """

    photo: np.ndarray
    result: np.ndarray


class TemporalSmoother:
    """Smooths consecutive frames of one video.

    Args:
        memory: Of another one, to go on where it was; none at the beginning.

    Attributes:
        memory: What it knows now. Nothing changes its arrays.

    Call arguments:
        photo: A frame of the video.
        cartoon: Its cartoon, of the same shape.

    Returns:
        The smoothed cartoon.
    """

    def __init__(self, memory: Memory | None = None) -> None:
        self.memory = memory
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)

    def __call__(self, photo: np.ndarray, cartoon: np.ndarray) -> np.ndarray:
        result = cartoon
        if self.memory is not None and self._goes_on(photo):
            result = self._blended(photo, cartoon)
        self.memory = Memory(photo, result)
        return result

    def _goes_on(self, photo):
        before = self.memory.photo
        return (
            before.shape == photo.shape
            and not shot_detection.is_cut_between(before, photo)
        )

    def _blended(self, photo, cartoon):
        before, result = self.memory
        way, trust = self._motion(before, photo)
        carried_photo = _carried(before, way, cv2.INTER_LINEAR)
        trust = trust * _similarity(carried_photo, photo)
        if trust.mean() < _MIN_TRUSTED:
            return cartoon
        carried = _sharpened(_carried(result, way, cv2.INTER_CUBIC), way)
        carried = _kept_near(carried, cartoon)
        weight = _WEIGHT * trust
        return cv2.blendLinear(carried, cartoon, weight, 1 - weight)

    def _motion(self, before, photo):
        """Where each pixel was, and how far that is to be trusted.

        Returns:
            float32 of shape `(height, width, 2)`, in pixels from here, and of
            shape `(height, width)`, 0 to 1.
        """
        old, new = _small(before), _small(photo)
        back = self._flow.calc(new, old, None)
        forth = self._flow.calc(old, new, None)
        off = back + _carried(forth, back, cv2.INTER_LINEAR)
        error = np.hypot(off[..., 0], off[..., 1])
        trust = np.exp(-((error / _FLOW_CONSISTENCY) ** 2))
        trust *= _is_inside(back)
        height, width = photo.shape[:2]
        scale = np.float32([width / new.shape[1], height / new.shape[0]])
        way = cv2.resize(back, (width, height)) * scale
        return way, cv2.resize(trust.astype("float32"), (width, height))


def smoothed(
    cartoonize: Callable[[np.ndarray], np.ndarray],
) -> Callable[[np.ndarray], np.ndarray]:
    """The same for consecutive frames of one video, smoothed."""
    smoother = TemporalSmoother()
    return lambda photo: smoother(photo, cartoonize(photo))


def _small(picture):
    return sharpness.reduce(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), _SIDE)


def _places(way):
    height, width = way.shape[:2]
    across = np.arange(width, dtype="float32") + way[..., 0]
    down = np.arange(height, dtype="float32")[:, None] + way[..., 1]
    return across, down


def _carried(picture, way, method):
    return cv2.remap(
        picture, *_places(way), method, borderMode=cv2.BORDER_REPLICATE
    )


def _is_inside(way):
    height, width = way.shape[:2]
    across, down = _places(way)
    return (
        (across >= 0)
        & (across <= width - 1)
        & (down >= 0)
        & (down <= height - 1)
    )


def _similarity(carried, photo):
    off = cv2.absdiff(carried, photo).max(axis=2)
    off = cv2.blur(off.astype("float32"), (5, 5))  # Noise is no other color.
    return np.exp(-((off / _COLOR_SIGMA) ** 2))


def _sharpened(carried, way):
    part = way - np.floor(way)
    between = (4 * part * (1 - part)).max(axis=2)  # 1 half-way of two pixels.
    lost = (_SHARPENING * between**2).astype("float32")
    blurred = cv2.GaussianBlur(carried, (0, 0), 1)
    return cv2.blendLinear(carried, blurred, 1 + lost, -lost)


def _kept_near(carried, cartoon):
    near = np.ones((_CLAMP_WINDOW, _CLAMP_WINDOW), "uint8")
    low = cv2.subtract(cv2.erode(cartoon, near), _CLAMP_MARGIN)
    high = cv2.add(cv2.dilate(cartoon, near), _CLAMP_MARGIN)
    return cv2.min(cv2.max(carried, low), high)
