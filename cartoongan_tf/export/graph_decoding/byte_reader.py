"""Reading of numbers and signatures from a file's bytes in a graph.

Contents are scalar string tensors; offsets, counts and numbers are int64.
Nothing here raises: bytes beyond the end read as 0, so that callers can report
errors in their own words.
"""

import tensorflow as tf


def size(contents: tf.Tensor) -> tf.Tensor:
    """Returns the number of bytes, as int64."""
    return tf.cast(tf.strings.length(contents), tf.int64)


def cut(contents: tf.Tensor, at: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """Returns `count` bytes from an offset, or as many as there are."""
    at = tf.clip_by_value(tf.cast(at, tf.int64), 0, size(contents))
    return tf.strings.substr(contents, at, tf.cast(count, tf.int64))


def take(contents: tf.Tensor, at: tf.Tensor, count: int) -> tf.Tensor:
    """Reads bytes as uint8 of shape `(count,)`."""
    found = cut(contents, at, count)
    padded = tf.strings.join([found, tf.constant(bytes(count))])
    data = tf.io.decode_raw(tf.strings.substr(padded, 0, count), tf.uint8)
    return tf.ensure_shape(data, (count,))


def number(
    contents: tf.Tensor, at: tf.Tensor, count: int, *, big_endian: tf.Tensor
) -> tf.Tensor:
    """Reads an unsigned integer.

    Args:
        contents: Scalar string.
        at: Offset of the number.
        count: Number of bytes, at most 4.
        big_endian: Whether the byte order is big-endian.

    Returns:
        Scalar int64.
    """
    data = tf.cast(take(contents, at, count), tf.int64)
    data = tf.where(big_endian, data[::-1], data)
    return tf.reduce_sum(data * [256**place for place in range(count)])


def has_mark(contents: tf.Tensor, at: tf.Tensor, mark: bytes) -> tf.Tensor:
    """Whether the bytes at an offset equal a mark."""
    return tf.equal(cut(contents, at, len(mark)), mark)


def holds(contents: tf.Tensor, start: tf.Tensor, mark: bytes) -> tf.Tensor:
    """Whether a mark occurs at or after `start`."""
    data = tf.io.decode_raw(cut(contents, start, size(contents)), tf.uint8)
    count = tf.maximum(tf.size(data) - len(mark) + 1, 0)
    found = tf.ones((count,), tf.bool)
    for place, byte in enumerate(mark):
        found &= tf.equal(data[place : place + count], byte)
    return tf.reduce_any(found)
