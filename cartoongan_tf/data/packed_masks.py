"""Masks with eight pixels in a byte: growing one costs next to nothing.

A bit mask is uint8 of shape `(height, ceil(width / 8))`; the highest bit of a
byte is its leftmost pixel, and the last byte of a row is filled up with zeros.
Hysteresis grows a mask dozens of times, and time goes by the byte.
"""

import functools

import numpy as np
import tensorflow as tf

# Eight bytes of 0 or 1, read as one little-endian number and multiplied by
# this, have their bits side by side in the highest byte: byte i goes up by
# 63 - 9i bits, and no other product falls there.
_GATHER = 0x8040201008040201

_BITS = np.unpackbits(np.arange(256, dtype="uint8")[:, None], axis=1)


def pack(mask: tf.Tensor) -> tf.Tensor:
    """Packs a bool mask of shape `(height, width)`."""
    height, width = tf.shape(mask)[0], tf.shape(mask)[1]
    filled = tf.pad(tf.cast(mask, tf.uint8), [[0, 0], [0, -width % 8]])
    words = tf.bitcast(tf.reshape(filled, (height, -1, 8)), tf.uint64)
    return tf.cast(tf.bitwise.right_shift(words * _GATHER, 56), tf.uint8)


def unpack(bits: tf.Tensor, width: int | tf.Tensor) -> tf.Tensor:
    """Unpacks to a bool mask of shape `(height, width)`."""
    pixels = tf.gather(tf.constant(_BITS > 0), tf.cast(bits, tf.int32))
    return tf.reshape(pixels, (tf.shape(bits)[0], -1))[:, :width]


def grow(bits: tf.Tensor) -> tf.Tensor:
    """Adds to a mask the eight neighbors of each of its pixels.

    The zeros that fill up a row may become ones.
    """
    beside = tf.pad(bits, [[0, 0], [1, 1]])
    row = _any(
        bits,
        tf.bitwise.right_shift(bits, 1),
        tf.bitwise.left_shift(beside[:, :-2], 7),
        tf.bitwise.left_shift(bits, 1),
        tf.bitwise.right_shift(beside[:, 2:], 7),
    )
    above = tf.pad(row, [[1, 1], [0, 0]])
    return _any(row, above[:-2], above[2:])


def _any(*masks):
    return functools.reduce(tf.bitwise.bitwise_or, masks)
