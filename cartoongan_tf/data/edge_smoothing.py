"""Edge smoothing: the negative examples of the edge-promoting loss.

CartoonGAN (Chen et al., 2018, section 3.2.1) builds them from cartoons in
three steps: find edge pixels with Canny, dilate them, and blur the image with
a Gaussian there only. The authors' own code has a box instead of the Gaussian.
The result equals the same OpenCV calls.

Images are uint8 RGB, of shape `(height, width, 3)`. Pure TensorFlow and whole
numbers throughout, so that it runs inside `tf.data`, on the very crop that the
discriminator sees, and gives the same bits on every machine.
"""

import dataclasses
import functools
from collections.abc import Callable

import cv2
import numpy as np
import tensorflow as tf

from cartoongan_tf.core import compiling
from cartoongan_tf.data import canny
from cartoongan_tf.data import packed_masks

_SCALE = 2**11  # 255 times its square still fits into an int32.


@dataclasses.dataclass(frozen=True)
class Smoothing:
    """Settings of finding and smoothing edges.

    Attributes:
        low: Canny's lower threshold.
        high: Canny's upper threshold.
        dilation: Side, in pixels, of the square that each edge pixel grows
            to. Odd.
        kernel: Side, in pixels, of the blur. Odd. The Gaussian has OpenCV's
            standard deviation for that side.
        blur: One of `choices.SMOOTHINGS`.
    """

    low: int
    high: int
    dilation: int
    kernel: int
    blur: str


def smooth_edges(image: tf.Tensor, smoothing: Smoothing) -> tf.Tensor:
    """Blurs an image along its edges and leaves the rest untouched.

    Args:
        image: uint8 RGB image of shape `(height, width, 3)`, each side at
            least half of `smoothing.kernel`.
        smoothing: Settings.

    Returns:
        uint8 image of the same shape.
    """
    is_near = find_edges(image, smoothing)[:, :, None]
    return tf.where(is_near, blur(image, kernel_of(smoothing)), image)


def find_edges(image: tf.Tensor, smoothing: Smoothing) -> tf.Tensor:
    """Where an image is smoothed: its edges, dilated.

    Args:
        image: uint8 RGB image of shape `(height, width, 3)`.
        smoothing: Settings.

    Returns:
        bool mask of shape `(height, width)`.
    """
    bits = canny.detect_edges(to_gray(image), smoothing.low, smoothing.high)
    for _ in range(smoothing.dilation // 2):
        bits = packed_masks.grow(bits)
    return packed_masks.unpack(bits, tf.shape(image)[1])


@functools.cache
def compiled(smoothing: Smoothing) -> Callable:
    """`smooth_edges` for images of one size, at four times the speed.

    XLA or none, the bits are the same.

    Args:
        smoothing: Settings.

    Returns:
        Function from image to image, for use in `tf.data.Dataset.map`.
    """
    return compiling.compiled(lambda image: smooth_edges(image, smoothing))


def to_gray(image: tf.Tensor) -> tf.Tensor:
    """Luminance in fixed point, as `cv2.COLOR_RGB2GRAY` computes it.

    Args:
        image: uint8 RGB image of shape `(height, width, 3)`.

    Returns:
        uint8 image of shape `(height, width)`. `tf.image.rgb_to_grayscale`
        rounds otherwise in 15 % of the pixels, which moves edges.
    """
    red, green, blue = tf.unstack(tf.cast(image, tf.int32), num=3, axis=-1)
    scaled = 9798 * red + 19235 * green + 3735 * blue + 2**14
    return tf.cast(tf.bitwise.right_shift(scaled, 15), tf.uint8)


def kernel_of(smoothing: Smoothing) -> np.ndarray:
    """Weights of the blur along one axis: float64, with a sum of one."""
    side = smoothing.kernel
    if smoothing.blur == "box":
        return np.full(side, 1 / side)
    return cv2.getGaussianKernel(side, 0)[:, 0]


def blur(image: tf.Tensor, kernel: np.ndarray) -> tf.Tensor:
    """Blurs along rows and columns, mirroring the image at its border.

    Args:
        image: uint8 RGB image of shape `(height, width, 3)`.
        kernel: Weights along one axis: an odd number of them, the same from
            left and from right. They are rounded to 2048ths, which is exact
            for OpenCV's Gaussians of up to 9 pixels.

    Returns:
        uint8 image of the same shape, rounded half up.
    """
    radius = len(kernel) // 2
    weights = [int(weight) for weight in _whole(kernel)]
    sides = [[radius, radius], [radius, radius], [0, 0]]
    rows = tf.cast(tf.pad(image, sides, "REFLECT"), tf.int32)
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    columns = sum(w * rows[i : i + height] for i, w in enumerate(weights))
    total = sum(w * columns[:, i : i + width] for i, w in enumerate(weights))
    whole = sum(weights) ** 2
    return tf.cast(tf.truncatediv(total + whole // 2, whole), tf.uint8)


def _whole(kernel):
    """Equal weights become ones, and others 2048ths."""
    if np.ptp(kernel) == 0:
        return np.ones(len(kernel))
    return np.rint(kernel * _SCALE)
