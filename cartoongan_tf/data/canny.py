"""Canny edge detection in pure TensorFlow, bit-identical to OpenCV's.

The arithmetic is that of `cv2.Canny` with aperture 3 and the L1 gradient
norm: integers throughout, gradient directions found with fixed-point tangents
of 22.5 and 67.5 degrees, a replicated border, and zero gradients outside the
image.
"""

import tensorflow as tf

from cartoongan_tf.data import packed_masks

_TAN_22 = 13573  # tan(22.5 degrees) * 2**15


def detect_edges(gray: tf.Tensor, low: int, high: int) -> tf.Tensor:
    """Finds edges one pixel wide.

    Args:
        gray: uint8 image of shape `(height, width)`.
        low: Hysteresis threshold above which a pixel continues an edge.
        high: Hysteresis threshold above which a pixel starts an edge. Both
            apply to the sum of the magnitudes of the two Sobel responses, at
            most 2040. As in OpenCV, the smaller one is the low threshold.

    Returns:
        Packed mask (`packed_masks.py`) of the pixels that are 255 in
        `cv2.Canny(gray, low, high)`.
    """
    low, high = tf.minimum(low, high), tf.maximum(low, high)
    dx, dy = _sobel(gray)
    gradient = tf.abs(dx) + tf.abs(dy)
    weak = _is_ridge(gradient, dx, dy) & (gradient > low)
    strong = weak & (gradient > high)
    return _hysteresis(packed_masks.pack(strong), packed_masks.pack(weak))


def _sobel(gray):
    padded = tf.pad(tf.cast(gray, tf.int32), [[1, 1], [1, 1]], "SYMMETRIC")
    smooth_rows = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    smooth_columns = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    dx = smooth_rows[:, 2:] - smooth_rows[:, :-2]
    dy = smooth_columns[2:] - smooth_columns[:-2]
    return dx, dy


def _is_ridge(gradient, dx, dy):
    """Non-maximum suppression across the edge, in one of four directions."""
    at = _neighbors(gradient)
    horizontal = (gradient > at(0, -1)) & (gradient >= at(0, 1))
    vertical = (gradient > at(-1, 0)) & (gradient >= at(1, 0))
    falling = (gradient > at(-1, -1)) & (gradient > at(1, 1))
    rising = (gradient > at(-1, 1)) & (gradient > at(1, -1))
    diagonal = tf.where(tf.bitwise.bitwise_xor(dx, dy) < 0, rising, falling)
    x, y = tf.abs(dx), tf.abs(dy) * 2**15
    tangent_22 = x * _TAN_22
    tangent_67 = tangent_22 + x * 2**16
    steep = tf.where(y > tangent_67, vertical, diagonal)
    return tf.where(y < tangent_22, horizontal, steep)


def _neighbors(gradient):
    shape = tf.shape(gradient)
    padded = tf.pad(gradient, [[1, 1], [1, 1]])

    def at(down, right):
        return tf.slice(padded, [1 + down, 1 + right], shape)

    return at


def _hysteresis(strong, weak):
    """Grows `strong` within `weak` until nothing is added."""

    def grow(edges, _):
        grown = edges
        for _ in range(4):  # A comparison costs as much as a dilation.
            grown = tf.bitwise.bitwise_and(packed_masks.dilate(grown), weak)
        return grown, tf.reduce_any(grown != edges)

    edges, _ = tf.while_loop(
        lambda _, changed: changed, grow, (strong, tf.constant(True))
    )
    return edges
