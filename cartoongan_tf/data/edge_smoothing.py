"""Edge smoothing: the negative examples of the edge-promoting loss.

CartoonGAN (Chen et al., 2018, section 3.2.1) builds them from cartoons in
three steps: detect edges with Canny, dilate them, and apply a Gaussian blur
only there. The authors' code uses a box filter instead of the Gaussian. The
result equals the same OpenCV calls.

Images are uint8 RGB, of shape `(height, width, 3)`. Pure TensorFlow and
integers throughout, so that it runs inside `tf.data`, on the very crop that
the discriminator sees, and gives the same bits on every machine.
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

_SCALE = 2**11  # Fixed point; 255 times its square fits into an int32.


@dataclasses.dataclass(frozen=True)
class Smoothing:
    """Settings of edge detection and smoothing.

    Attributes:
        low: Canny's lower threshold.
        high: Canny's upper threshold.
        dilation: Size of the square dilation kernel, in pixels. Odd.
        kernel: Size of the blur kernel, in pixels. Odd. The Gaussian has
            OpenCV's default standard deviation for this size.
        blur: Kind of blur, one of `choices.SMOOTHINGS`.
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
    mask = find_edges(image, smoothing)[:, :, None]
    return tf.where(mask, blur(image, blur_kernel(smoothing)), image)


def find_edges(image: tf.Tensor, smoothing: Smoothing) -> tf.Tensor:
    """Mask of the pixels to smooth: the dilated edges.

    Args:
        image: uint8 RGB image of shape `(height, width, 3)`.
        smoothing: Settings.

    Returns:
        bool mask of shape `(height, width)`.
    """
    bits = canny.detect_edges(to_gray(image), smoothing.low, smoothing.high)
    for _ in range(smoothing.dilation // 2):
        bits = packed_masks.dilate(bits)
    return packed_masks.unpack(bits, tf.shape(image)[1])


@functools.cache
def compiled(smoothing: Smoothing) -> Callable:
    """`smooth_edges` compiled for images of one size: four times as fast.

    The result has the same bits with and without XLA.

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
        rounds 15 % of the pixels differently, which moves edges.
    """
    red, green, blue = tf.unstack(tf.cast(image, tf.int32), num=3, axis=-1)
    scaled = 9798 * red + 19235 * green + 3735 * blue + 2**14
    return tf.cast(tf.bitwise.right_shift(scaled, 15), tf.uint8)


def blur_kernel(smoothing: Smoothing) -> np.ndarray:
    """One-dimensional blur kernel: float64, with a sum of one."""
    size = smoothing.kernel
    if smoothing.blur == "box":
        return np.full(size, 1 / size)
    return cv2.getGaussianKernel(size, 0)[:, 0]


def blur(image: tf.Tensor, kernel: np.ndarray) -> tf.Tensor:
    """Applies a separable blur, with reflection padding.

    Args:
        image: uint8 RGB image of shape `(height, width, 3)`.
        kernel: Symmetric one-dimensional kernel of odd size. Weights are
            rounded to multiples of 1/2048, which is exact for OpenCV's
            Gaussians of up to 9 pixels.

    Returns:
        uint8 image of the same shape, rounded half up.
    """
    radius = len(kernel) // 2
    weights = [int(weight) for weight in _integer_weights(kernel)]
    sides = [[radius, radius], [radius, radius], [0, 0]]
    rows = tf.cast(tf.pad(image, sides, "REFLECT"), tf.int32)
    height, width = tf.shape(image)[0], tf.shape(image)[1]
    columns = sum(w * rows[i : i + height] for i, w in enumerate(weights))
    total = sum(w * columns[:, i : i + width] for i, w in enumerate(weights))
    whole = sum(weights) ** 2
    return tf.cast(tf.truncatediv(total + whole // 2, whole), tf.uint8)


def _integer_weights(kernel):
    """Ones if all weights are equal, else multiples of 1/2048."""
    if np.ptp(kernel) == 0:
        return np.ones(len(kernel))
    return np.rint(kernel * _SCALE)
