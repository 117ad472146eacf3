"""Clips to measure flicker on: photos that move as before a camera.

Frames are uint8 RGB of shape `(height, width, 3)`, with sub-pixel motion and
the noise of a camera.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from cartoongan_tf.data import samples

NOISE = 2.5  # Standard deviation, of 255.
_SIZE = 320, 240


def pan(count: int) -> Iterator[np.ndarray]:
    """A camera that pans over a still life, 2.3 pixels a frame."""
    views = panned(samples.read_photos()["motorcycle"], count)
    for number, view in enumerate(views):
        yield _noisy(view, number)


def panned(picture: np.ndarray, count: int) -> Iterator[np.ndarray]:
    """Views of a picture as those of `pan`, as float32 and without noise."""
    for number in range(count):
        yield _crop(picture, 2.3 * number, 60 + 0.4 * number)


def subject(count: int) -> Iterator[np.ndarray]:
    """A cat that walks before a backdrop, which moves the other way."""
    photos = samples.read_photos()
    cat, backdrop = photos["cat"], photos["coffee"]
    mask = _ellipse(cat.shape[:2])
    for number in range(count):
        behind = _crop(backdrop, 150 - 0.7 * number, 90)
        left = 90 - 1.9 * number
        top = 8 * np.sin(number / 5) + 10
        front, alpha = (_crop(layer, left, top, 0.6) for layer in (cat, mask))
        alpha = alpha[..., None] if alpha.ndim == 2 else alpha
        mixed = alpha * front + (1 - alpha) * behind
        yield _noisy(mixed, number)


def cut(count: int) -> Iterator[np.ndarray]:
    """Two shots, half and half."""
    yield from pan(count // 2)
    yield from subject(count - count // 2)


def _ellipse(shape):
    height, width = shape
    mask = np.zeros(shape, "float32")
    center, axes = (width // 2, height // 2), (width // 3, height // 2 - 20)
    cv2.ellipse(mask, (center, (2 * axes[0], 2 * axes[1]), 0), 1, -1)
    return cv2.GaussianBlur(mask, (0, 0), 1)


def _crop(photo, left, top, scale=1.0):
    """The view of a camera whose corner is there; 0 beyond the photo."""
    moved = np.array([[scale, 0, -left], [0, scale, -top]], "float32")
    return cv2.warpAffine(
        photo.astype("float32"), moved, _SIZE, flags=cv2.INTER_CUBIC
    )


def _noisy(picture, number):
    grain = np.random.default_rng(number).normal(0, NOISE, picture.shape)
    return np.clip(np.round(picture + grain), 0, 255).astype("uint8")


def still(count: int) -> Iterator[np.ndarray]:
    """A camera on a tripod: nothing moves but the noise."""
    photo = samples.read_photos()["motorcycle"]
    for number in range(count):
        yield _noisy(_crop(photo, 200, 100), number)
