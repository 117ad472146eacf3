"""Header parsing and decoding of PNG in a graph.

The orientation is read from an EXIF chunk before the pixels.
"""

from typing import NamedTuple

import tensorflow as tf

from cartoongan_tf.export.graph_decoding import byte_reader
from cartoongan_tf.export.graph_decoding import exif_tags
from cartoongan_tf.export.graph_decoding import headers

MARK = b"\x89PNG\r\n\x1a\n"

_PIXELS = b"IDAT"
_END_MARK = b"IEND"
_WITH_ALPHA = (4, 6)  # Color types: gray and RGB with an alpha channel.


class _Walk(NamedTuple):
    """Parser state: offset, steps, and chunks found; 0 if not found."""

    at: tf.Tensor
    steps: tf.Tensor
    exif: tf.Tensor
    transparency: tf.Tensor
    pixels: tf.Tensor


def is_kind(contents: tf.Tensor) -> tf.Tensor:
    """Whether the contents have the signature of PNG."""
    return byte_reader.has_mark(contents, 0, MARK)


def read_header(contents: tf.Tensor) -> headers.Header:
    """Parses the chunks before the pixels; `layout` is whether it has alpha."""
    start = [tf.constant(at, tf.int64) for at in (len(MARK), 0, 0, 0, 0)]
    walk = tf.while_loop(
        lambda walk: _continues(contents, walk),
        lambda walk: (_step(contents, walk),),
        (_Walk(*start),),
    )[0]
    count = _number(contents, walk.exif)
    color_type = byte_reader.take(contents, 25, 1)[0]
    has_alpha = tf.reduce_any(tf.equal(color_type, _WITH_ALPHA))
    return headers.Header(
        width=_number(contents, 16),
        height=_number(contents, 20),
        problem=_problem(contents, walk),
        orientation=exif_tags.read_orientation(
            contents, walk.exif + 8, tf.where(walk.exif > 0, count, 0)
        ),
        layout=has_alpha | (walk.transparency > 0),
    )


def decode(contents: tf.Tensor, header: headers.Header) -> tf.Tensor:
    """Decodes to uint8 of shape `(height, width, 3)`, or 4 with alpha."""
    # Not always 4 channels: 1, 2 and 4 bit pictures would be nearly invisible.
    return tf.cond(
        header.layout,
        lambda: tf.io.decode_png(contents, channels=4),
        lambda: tf.io.decode_png(contents, channels=3),
    )


def _number(contents, at):
    return byte_reader.number(contents, at, 4, big_endian=True)


def _continues(contents, walk):
    is_inside = walk.at < byte_reader.size(contents)
    is_within_limit = walk.steps < headers.MAX_PARTS
    return is_inside & is_within_limit & tf.equal(walk.pixels, 0)


def _step(contents, walk):
    def first(known, mark):
        is_met = byte_reader.has_mark(contents, walk.at + 4, mark)
        return tf.where(is_met & tf.equal(known, 0), walk.at, known)

    return _Walk(
        walk.at + 12 + _number(contents, walk.at),
        walk.steps + 1,
        first(walk.exif, b"eXIf"),
        first(walk.transparency, b"tRNS"),
        first(walk.pixels, _PIXELS),
    )


def _problem(contents, walk):
    is_whole = byte_reader.holds(contents, walk.pixels, _END_MARK)
    breaks_off = tf.equal(walk.pixels, 0) | ~is_whole
    return headers.first_problem(
        [
            (
                ~byte_reader.has_mark(contents, 8, b"\0\0\0\rIHDR"),
                headers.damaged("PNG"),
            ),
            (walk.steps >= headers.MAX_PARTS, headers.TOO_MANY_PARTS),
            (breaks_off, headers.BREAKS_OFF),
        ]
    )
