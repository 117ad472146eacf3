"""BMP in a graph: what its header says, and its pixels.

Palettes are applied here, as TensorFlow takes them for grays. Bitmaps that
are not compressed are read, at 1, 4, 8, 24 or 32 bits a pixel; others are
refused.
"""

from typing import NamedTuple

import tensorflow as tf

from cartoongan_tf.export.graph_decoding import byte_reader
from cartoongan_tf.export.graph_decoding import headers

MARK = b"BM"

_FILE_HEADER = 14  # bytes
_LEAST_HEADER = 40  # bytes; there is an older one, of 12
_HEADER_WITH_ALPHA = 56  # bytes, from which on there is a fourth mask
_PLAIN_BITS = (1, 4, 8, 24, 32)
_BLUE_GREEN_RED = b"\0\0\xff\0\0\xff\0\0\xff\0\0\0"
_ALPHA = b"\0\0\0\xff"


class _Layout(NamedTuple):
    """How the pixels are stored."""

    start: tf.Tensor
    bits: tf.Tensor
    stride: tf.Tensor
    palette: tf.Tensor
    is_upward: tf.Tensor
    has_alpha: tf.Tensor


def is_kind(contents: tf.Tensor) -> tf.Tensor:
    """Says whether the contents begin as a BMP does."""
    return byte_reader.has_mark(contents, 0, MARK)


def read_header(contents: tf.Tensor) -> headers.Header:
    """Reads the header; `layout`: how the pixels are stored."""
    width, height = (_signed(_number(contents, at, 4)) for at in (18, 22))
    bits = _number(contents, 28, 2)
    header = _number(contents, 14, 4)
    is_masked = tf.equal(_number(contents, 30, 4), 3)
    has_alpha = byte_reader.has_mark(contents, 66, _ALPHA)
    layout = _Layout(
        start=_number(contents, 10, 4),
        bits=bits,
        stride=(tf.maximum(width, 0) * bits + 31) // 32 * 4,
        palette=_FILE_HEADER + header,
        is_upward=height > 0,
        has_alpha=is_masked & has_alpha & (header >= _HEADER_WITH_ALPHA),
    )
    height = tf.abs(height)
    return headers.Header(
        width, height, _problem(contents, layout, height), layout=layout
    )


def decode(contents: tf.Tensor, header: headers.Header) -> tf.Tensor:
    """Decodes to uint8 of shape `(height, width, 3)`, or 4 with alpha."""
    return tf.cond(
        header.layout.bits <= 8,
        lambda: _look_up(contents, header),
        lambda: _arrange(contents, header),
    )


def _number(contents, at, count):
    return byte_reader.number(contents, at, count, big_endian=False)


def _signed(number):
    return tf.where(number < 2**31, number, number - 2**32)


def _palette(contents, layout):
    """All colors that 8 bits can name; those that are not there are black."""
    entries = tf.reshape(
        byte_reader.take(contents, layout.palette, 4 * 256), (256, 4)
    )
    used = _number(contents, 46, 4)
    is_there = tf.equal(used, 0) | (tf.range(256, dtype=tf.int64) < used)
    return tf.where(is_there[:, None], entries[:, 2::-1], 0)


def _look_up(contents, header):
    """Gives the colors of pixels of 8 bits or fewer, several to a byte."""
    layout, height = header.layout, header.height
    data = byte_reader.cut(contents, layout.start, layout.stride * height)
    rows = tf.reshape(tf.io.decode_raw(data, tf.uint8), (height, layout.stride))
    rows = tf.cond(layout.is_upward, lambda: rows[::-1], lambda: rows)
    shifts = tf.cast(tf.range(8 - layout.bits, -1, -layout.bits), tf.uint8)
    names = tf.bitwise.right_shift(rows[..., None], shifts)
    names &= tf.cast(2**layout.bits - 1, tf.uint8)
    names = tf.reshape(names, (height, -1))[:, : header.width]
    return tf.gather(_palette(contents, layout), tf.cast(names, tf.int32))


def _arrange(contents, header):
    layout = header.layout
    end = layout.start + layout.stride * header.height
    # TensorFlow refuses bytes after the pixels, which some programs write.
    alone = byte_reader.cut(contents, 0, end)

    def channels(count):
        return tf.io.decode_bmp(alone, channels=count)

    return tf.cond(
        layout.has_alpha,
        lambda: channels(4),
        lambda: tf.cond(
            tf.equal(layout.bits, 24),
            lambda: channels(3),
            # The fourth byte means nothing here, and may well be 0.
            lambda: channels(4)[..., :3],
        ),
    )


def _problem(contents, layout, height):
    compression = _number(contents, 30, 4)
    end = layout.start + layout.stride * height
    is_plain = tf.equal(compression, 0) & tf.reduce_any(
        tf.equal(layout.bits, _PLAIN_BITS)
    )
    is_masked = (
        tf.equal(compression, 3)
        & tf.equal(layout.bits, 32)
        & byte_reader.has_mark(contents, 54, _BLUE_GREEN_RED)
    )
    is_known = layout.palette >= _FILE_HEADER + _LEAST_HEADER
    return headers.first_problem(
        [
            (
                byte_reader.size(contents) < _FILE_HEADER + _LEAST_HEADER,
                headers.BREAKS_OFF,
            ),
            (
                ~(is_known & (is_plain | is_masked)),
                headers.as_words(
                    "is a BMP picture of a rare kind (",
                    layout.bits,
                    " bits a pixel, compression ",
                    compression,
                    "); save it as PNG.",
                ),
            ),
            (end > byte_reader.size(contents), headers.BREAKS_OFF),
        ]
    )
