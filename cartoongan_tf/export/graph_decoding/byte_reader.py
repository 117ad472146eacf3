"""Numbers and marks in the bytes of a file, read inside a graph.

Contents are scalar string tensors; places, counts and numbers are int64.
Nothing here fails: beyond the end of the contents all bytes are 0, so that
what is wrong with a file can be said in words of ours.
"""

import tensorflow as tf


def size(contents: tf.Tensor) -> tf.Tensor:
    """Gives the number of bytes, as int64."""
    return tf.cast(tf.strings.length(contents), tf.int64)


def cut(contents: tf.Tensor, at: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """Cuts out `count` bytes, or as many as there are."""
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
    """Reads a number without a sign.

    Args:
        contents: Scalar string.
        at: Where the number begins.
        count: Its bytes, at most 4.
        big_endian: Whether the highest byte comes first.

    Returns:
        Scalar int64.
    """
    data = tf.cast(take(contents, at, count), tf.int64)
    data = tf.where(big_endian, data[::-1], data)
    return tf.reduce_sum(data * [256**place for place in range(count)])


def has_mark(contents: tf.Tensor, at: tf.Tensor, mark: bytes) -> tf.Tensor:
    """Says whether a mark stands at a place."""
    return tf.equal(cut(contents, at, len(mark)), mark)


def holds(contents: tf.Tensor, start: tf.Tensor, mark: bytes) -> tf.Tensor:
    """Says whether a mark stands anywhere from `start` on."""
    data = tf.io.decode_raw(cut(contents, start, size(contents)), tf.uint8)
    count = tf.maximum(tf.size(data) - len(mark) + 1, 0)
    found = tf.ones((count,), tf.bool)
    for place, byte in enumerate(mark):
        found &= tf.equal(data[place : place + count], byte)
    return tf.reduce_any(found)
