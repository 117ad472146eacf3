"""EXIF orientation, read in a graph.

An EXIF block is a small TIFF file; its first directory has the orientation.
"""

import tensorflow as tf

from cartoongan_tf.export.graph_decoding import byte_reader
from cartoongan_tf.export.graph_decoding import headers

PREFIX = b"Exif\0\0"  # Present in JPEG, absent in PNG, optional in WebP.

_ORIENTATION = 0x0112
_ENTRY = 12  # Bytes of a directory entry.
_LONG = 4  # Type of 4-byte numbers; all others are read as 2 bytes.
_MAX_ENTRIES = 1000


def read_orientation(
    contents: tf.Tensor, at: tf.Tensor, count: tf.Tensor
) -> tf.Tensor:
    """Reads an EXIF orientation.

    Args:
        contents: Scalar string.
        at: Offset of the block, with or without its prefix.
        count: Bytes of the block; 0 if there is none.

    Returns:
        Scalar int64, 1 to 8; upright if the block has no orientation or is
        damaged.
    """
    block = byte_reader.cut(contents, at, count)
    prefix = tf.where(byte_reader.has_mark(block, 0, PREFIX), len(PREFIX), 0)
    block = byte_reader.cut(block, prefix, count)
    big_endian = byte_reader.has_mark(block, 0, b"MM\0*")
    is_tiff = big_endian | byte_reader.has_mark(block, 0, b"II*\0")
    found = _look_up(block, big_endian)
    is_one = is_tiff & (found >= 1) & (found <= 8)
    return tf.where(is_one, found, headers.UPRIGHT)


def _look_up(block, big_endian):
    def number(at, count):
        return byte_reader.number(block, at, count, big_endian=big_endian)

    first = number(4, 4)
    tags = _tags(block, first + 2, number(first, 2), big_endian)
    is_it = tf.equal(tags, _ORIENTATION)
    entry = first + 2 + _ENTRY * tf.argmax(is_it)
    is_long = tf.equal(number(entry + 2, 2), _LONG)
    value = tf.where(is_long, number(entry + 8, 4), number(entry + 8, 2))
    return tf.where(tf.reduce_any(is_it), value, headers.UPRIGHT)


def _tags(block, at, count, big_endian):
    """Returns the tags of a directory, followed by a 0."""
    count = tf.minimum(count, _MAX_ENTRIES)
    data = tf.io.decode_raw(
        byte_reader.cut(block, at, _ENTRY * count), tf.uint8
    )
    whole = tf.size(data) // _ENTRY
    entries = tf.reshape(data[: _ENTRY * whole], (whole, _ENTRY))
    pair = tf.cast(entries[:, :2], tf.int32)
    pair = tf.where(big_endian, pair[:, ::-1], pair)
    return tf.concat([pair[:, 0] + 256 * pair[:, 1], [0]], 0)
