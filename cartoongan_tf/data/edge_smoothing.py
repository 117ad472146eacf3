"""Edge smoothing: the negative examples of the edge-promoting loss.

CartoonGAN (Chen et al., 2018, section 3.2.1) builds them from cartoons in
three steps: find edge pixels with Canny, dilate them, and blur the image with
a Gaussian there only. The authors' own code has a box instead of the Gaussian.

OpenCV does it, inside `tf.data`, on the very crop that the discriminator sees.
It works in whole numbers, and leaves Python's lock while it does.
"""

import dataclasses

import cv2
import numpy as np
import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Smoothing:
    """How edges are found and smoothed.

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
        image: uint8 RGB image of shape `(height, width, 3)`.
        smoothing: Settings.

    Returns:
        uint8 image of the same shape.
    """
    smooth = tf.numpy_function(
        lambda pixels: _smoothed(pixels, smoothing),
        [image],
        tf.uint8,
        # Else `tf.data` would give up working in parallel, where a run is to
        # be deterministic.
        stateful=False,
    )
    return tf.ensure_shape(smooth, image.shape)


def _smoothed(pixels, smoothing):
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    edges = cv2.Canny(gray, smoothing.low, smoothing.high)
    square = np.ones((smoothing.dilation, smoothing.dilation), "uint8")
    is_near = cv2.dilate(edges, square)[..., None] > 0
    side = (smoothing.kernel, smoothing.kernel)
    if smoothing.blur == "box":
        blurred = cv2.blur(pixels, side)
    else:
        blurred = cv2.GaussianBlur(pixels, side, 0)
    return np.where(is_near, blurred, pixels)
