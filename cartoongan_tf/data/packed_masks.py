"""Bit-packed masks, eight pixels per byte, for fast dilation.

A packed mask is uint8 of shape `(height, ceil(width / 8))`; the highest bit of
a byte is its leftmost pixel, and the last byte of a row is padded with zeros.
Hysteresis dilates a mask dozens of times, and the time is proportional to its
bytes.
"""

import functools

import numpy as np
import tensorflow as tf

# Multiplying eight bytes of 0 or 1, read as one little-endian number, by this
# gathers their bits in the highest byte: byte i is shifted up by 63 - 9i bits,
# and no other product lands there.
_GATHER = 0x8040201008040201

_BITS = np.unpackbits(np.arange(256, dtype="uint8")[:, None], axis=1)


def pack(mask: tf.Tensor) -> tf.Tensor:
    """Packs a bool mask of shape `(height, width)`."""
    height, width = tf.shape(mask)[0], tf.shape(mask)[1]
    padded = tf.pad(tf.cast(mask, tf.uint8), [[0, 0], [0, -width % 8]])
    words = tf.bitcast(tf.reshape(padded, (height, -1, 8)), tf.uint64)
    return tf.cast(tf.bitwise.right_shift(words * _GATHER, 56), tf.uint8)


def unpack(bits: tf.Tensor, width: int | tf.Tensor) -> tf.Tensor:
    """Unpacks into a bool mask of shape `(height, width)`."""
    pixels = tf.gather(tf.constant(_BITS > 0), tf.cast(bits, tf.int32))
    return tf.reshape(pixels, (tf.shape(bits)[0], -1))[:, :width]


def dilate(bits: tf.Tensor) -> tf.Tensor:
    """Dilates a packed mask with a 3x3 square.

    The padding of a row may become nonzero.
    """
    columns = tf.pad(bits, [[0, 0], [1, 1]])
    row = _union(
        bits,
        tf.bitwise.right_shift(bits, 1),
        tf.bitwise.left_shift(columns[:, :-2], 7),
        tf.bitwise.left_shift(bits, 1),
        tf.bitwise.right_shift(columns[:, 2:], 7),
    )
    rows = tf.pad(row, [[1, 1], [0, 0]])
    return _union(row, rows[:-2], rows[2:])


def _union(*masks):
    return functools.reduce(tf.bitwise.bitwise_or, masks)
