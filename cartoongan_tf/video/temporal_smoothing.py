"""Temporal smoothing of a video's cartoons against flicker.

The previous result is warped by the optical flow between the photos, and
blended with the new cartoon wherever the flow is reliable: where forward and
backward flow agree, and the color is the same. Newly revealed pixels, and the
first frame after a cut, are those of the new cartoon.

Repeated warping by fractions of a pixel blurs. The lost sharpness is restored
where it was lost, and the result is clamped to the local color range of the
new cartoon, as in temporal antialiasing (Karis, 2014), against halos and
ghosting.

Pictures are uint8 RGB of shape `(height, width, 3)`.
"""

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np

from cartoongan_tf.analysis import sharpness
from cartoongan_tf.analysis import shot_detection

_FLOW_SIDE = 320  # Short side of the pictures for optical flow; pixels.
# The larger, the smoother, but the farther from the network's output.
_MAX_HISTORY_WEIGHT = 0.7  # Weight of the previous result.
# Scale of the forward-backward error; pixels of the small pictures.
_FLOW_SIGMA = 0.8
_COLOR_SIGMA = 25.0  # Scale of the color error; levels.
_CLAMP_MARGIN = 2  # Levels beyond the local color range.
_CLAMP_WINDOW = 5  # Side of the local window; pixels.
# Strength at half-pixel offsets, where cubic interpolation blurs most; 0
# without motion, or halos would grow. A higher value, or Lanczos interpolation,
# gave ripples along contours.
_SHARPENING = 0.16
# Below this mean confidence, the photo is of another shot.
_MIN_CONFIDENCE = 0.25


class State(NamedTuple):
    """State of a smoother after a frame.

    Attributes:
        photo: The frame.
        result: Its smoothed cartoon.
    """

    photo: np.ndarray
    result: np.ndarray


class TemporalSmoother:
    """Smooths consecutive frames of one video.

    Args:
        state: State of another smoother, to continue from; None for the start
            of a video.

    Attributes:
        state: Current state. Its arrays are never modified.

    Call arguments:
        photo: Frame of the video.
        cartoon: Its cartoon, of the same shape.

    Returns:
        The smoothed cartoon.
    """

    def __init__(self, state: State | None = None) -> None:
        self.state = state
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)

    def __call__(self, photo: np.ndarray, cartoon: np.ndarray) -> np.ndarray:
        result = cartoon
        if self.state is not None and self._is_same_shot(photo):
            result = self._blend(photo, cartoon)
        self.state = State(photo, result)
        return result

    def _is_same_shot(self, photo):
        previous = self.state.photo
        return (
            previous.shape == photo.shape
            and not shot_detection.is_cut_between(previous, photo)
        )

    def _blend(self, photo, cartoon):
        previous, result = self.state
        flow, confidence = self._estimate_flow(previous, photo)
        warped_photo = _warp(previous, flow, cv2.INTER_LINEAR)
        confidence = confidence * _color_similarity(warped_photo, photo)
        if confidence.mean() < _MIN_CONFIDENCE:
            return cartoon
        warped = _sharpen(_warp(result, flow, cv2.INTER_CUBIC), flow)
        warped = _clamp(warped, cartoon)
        weight = _MAX_HISTORY_WEIGHT * confidence
        return cv2.blendLinear(warped, cartoon, weight, 1 - weight)

    def _estimate_flow(self, previous, photo):
        """Estimates the backward flow, and its reliability.

        Returns:
            float32 flow of shape `(height, width, 2)`, in pixels, and float32
            confidence of shape `(height, width)`, 0 to 1.
        """
        old, new = _small_gray(previous), _small_gray(photo)
        backward = self._flow.calc(new, old, None)
        forward = self._flow.calc(old, new, None)
        difference = backward + _warp(forward, backward, cv2.INTER_LINEAR)
        error = np.hypot(difference[..., 0], difference[..., 1])
        confidence = np.exp(-((error / _FLOW_SIGMA) ** 2))
        confidence *= _is_inside(backward)
        height, width = photo.shape[:2]
        scale = np.float32([width / new.shape[1], height / new.shape[0]])
        flow = cv2.resize(backward, (width, height)) * scale
        return flow, cv2.resize(confidence.astype("float32"), (width, height))


def with_smoothing(
    cartoonize: Callable[[np.ndarray], np.ndarray],
) -> Callable[[np.ndarray], np.ndarray]:
    """Wraps a cartoonizer of consecutive frames with temporal smoothing."""
    smoother = TemporalSmoother()
    return lambda photo: smoother(photo, cartoonize(photo))


def _small_gray(picture):
    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return sharpness.reduce(gray, _FLOW_SIDE)


def _coordinates(flow):
    height, width = flow.shape[:2]
    x = np.arange(width, dtype="float32") + flow[..., 0]
    y = np.arange(height, dtype="float32")[:, None] + flow[..., 1]
    return x, y


def _warp(picture, flow, interpolation):
    return cv2.remap(
        picture,
        *_coordinates(flow),
        interpolation,
        borderMode=cv2.BORDER_REPLICATE,
    )


def _is_inside(flow):
    height, width = flow.shape[:2]
    x, y = _coordinates(flow)
    return (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)


def _color_similarity(warped, photo):
    error = cv2.absdiff(warped, photo).max(axis=2)
    error = cv2.blur(error.astype("float32"), (5, 5))  # Averages noise.
    return np.exp(-((error / _COLOR_SIGMA) ** 2))


def _sharpen(warped, flow):
    fraction = flow - np.floor(flow)
    offset = (4 * fraction * (1 - fraction)).max(axis=2)  # 1 at half a pixel.
    strength = (_SHARPENING * offset**2).astype("float32")
    blurred = cv2.GaussianBlur(warped, (0, 0), 1)
    return cv2.blendLinear(warped, blurred, 1 + strength, -strength)


def _clamp(warped, cartoon):
    window = np.ones((_CLAMP_WINDOW, _CLAMP_WINDOW), "uint8")
    low = cv2.subtract(cv2.erode(cartoon, window), _CLAMP_MARGIN)
    high = cv2.add(cv2.dilate(cartoon, window), _CLAMP_MARGIN)
    return cv2.min(cv2.max(warped, low), high)
