"""Canny edge detection in pure TensorFlow, equal to OpenCV's bit by bit.

The arithmetic is that of `cv2.Canny` with aperture 3 and the L1 gradient
norm: integers throughout, the direction of a gradient found with fixed-point
tangents of 22.5 and 67.5 degrees, a border that repeats its own pixel, and no
gradient outside the image.
"""

import tensorflow as tf

from cartoongan_tf.data import packed_masks

_TAN_22 = 13573  # tan(22.5 degrees) * 2**15


def detect_edges(gray: tf.Tensor, low: int, high: int) -> tf.Tensor:
    """Finds edges one pixel wide.

    Args:
        gray: uint8 image of shape `(height, width)`.
        low: Gradient above which a pixel goes on with an edge.
        high: Gradient above which a pixel starts one. The gradient is the sum
            of the magnitudes of both Sobel responses, 2040 at most. As with
            OpenCV, the smaller of the two thresholds is the low one.

    Returns:
        The pixels of edges, as a mask of `packed_masks.py`: those that have
        255 in `cv2.Canny(gray, low, high)`.
    """
    low, high = tf.minimum(low, high), tf.maximum(low, high)
    dx, dy = _sobel(gray)
    gradient = tf.abs(dx) + tf.abs(dy)
    ridge = _is_ridge(gradient, dx, dy)
    candidates = ridge & (gradient > low)
    strong = candidates & (gradient > high)
    return _connected(packed_masks.pack(strong), packed_masks.pack(candidates))


def _sobel(gray):
    padded = tf.pad(tf.cast(gray, tf.int32), [[1, 1], [1, 1]], "SYMMETRIC")
    smooth_rows = padded[:-2] + 2 * padded[1:-1] + padded[2:]
    smooth_columns = padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]
    dx = smooth_rows[:, 2:] - smooth_rows[:, :-2]
    dy = smooth_columns[2:] - smooth_columns[:-2]
    return dx, dy


def _is_ridge(gradient, dx, dy):
    """Keeps local maxima across the edge, in one of four directions."""
    around = _neighbors(gradient)
    beside = (gradient > around(0, -1)) & (gradient >= around(0, 1))
    above = (gradient > around(-1, 0)) & (gradient >= around(1, 0))
    falling = (gradient > around(-1, -1)) & (gradient > around(1, 1))
    rising = (gradient > around(-1, 1)) & (gradient > around(1, -1))
    diagonal = tf.where(tf.bitwise.bitwise_xor(dx, dy) < 0, rising, falling)
    x, y = tf.abs(dx), tf.abs(dy) * 2**15
    tangent_22 = x * _TAN_22
    tangent_67 = tangent_22 + x * 2**16
    upright = tf.where(y > tangent_67, above, diagonal)
    return tf.where(y < tangent_22, beside, upright)


def _neighbors(gradient):
    shape = tf.shape(gradient)
    padded = tf.pad(gradient, [[1, 1], [1, 1]])

    def around(down, right):
        return tf.slice(padded, [1 + down, 1 + right], shape)

    return around


def _connected(strong, candidates):
    """Grows `strong` within `candidates` until nothing is added."""

    def grow(edges, _):
        grown = edges
        for _ in range(4):  # Comparing and looping cost as much as growing.
            grown = tf.bitwise.bitwise_and(packed_masks.grow(grown), candidates)
        return grown, tf.reduce_any(grown != edges)

    edges, _ = tf.while_loop(
        lambda _, changed: changed, grow, (strong, tf.constant(True))
    )
    return edges
