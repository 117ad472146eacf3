"""Header parsing and decoding of WebP in a graph.

TensorFlow decodes WebP since about 2.18; older versions report an unknown
format. Animations are rejected: TensorFlow would decode all frames.
"""

import tensorflow as tf

from cartoongan_tf.export.graph_decoding import byte_reader
from cartoongan_tf.export.graph_decoding import exif_tags
from cartoongan_tf.export.graph_decoding import headers

_SIDE_BITS = 14
_HAS_EXIF = 0x08
_IS_ANIMATED = 0x02
_MAX_CHUNKS = 100


def is_kind(contents: tf.Tensor) -> tf.Tensor:
    """Whether the contents have the signature of WebP."""
    return byte_reader.has_mark(contents, 0, b"RIFF") & byte_reader.has_mark(
        contents, 8, b"WEBP"
    )


def read_header(contents: tf.Tensor) -> headers.Header:
    """Parses the first chunk, and the EXIF chunk if its flag is set."""
    is_lossy, is_lossless, is_extended = (
        byte_reader.has_mark(contents, 12, mark)
        for mark in (b"VP8 ", b"VP8L", b"VP8X")
    )
    flags = tf.where(is_extended, _number(contents, 20, 1), 0)
    has_exif = tf.not_equal(flags & _HAS_EXIF, 0)
    sizes = [_lossless_size(contents), _lossy_size(contents)]
    width, height = tf.unstack(
        tf.where(
            is_extended,
            _canvas_size(contents),
            tf.where(is_lossless, *sizes),
        )
    )
    exif = tf.where(has_exif, _find_exif(contents), 0)
    count = tf.where(exif > 0, _number(contents, exif + 4, 4), 0)
    return headers.Header(
        width=width,
        height=height,
        problem=_problem(contents, is_lossy | is_lossless | is_extended, flags),
        orientation=exif_tags.read_orientation(contents, exif + 8, count),
    )


def decode(contents: tf.Tensor, header: headers.Header) -> tf.Tensor:
    """Decodes to uint8 of shape `(height, width, 3)`, or 4 with alpha."""
    del header  # The decoder always returns 3 or 4 channels.
    return tf.io.decode_image(contents, channels=0, expand_animations=False)


def _number(contents, at, count):
    return byte_reader.number(contents, at, count, big_endian=False)


def _lossy_size(contents):
    sides = tf.stack([_number(contents, at, 2) for at in (26, 28)])
    return sides & (2**_SIDE_BITS - 1)  # The upper bits are a scale.


def _lossless_size(contents):
    bits = _number(contents, 21, 4)
    sides = tf.stack([bits, bits // 2**_SIDE_BITS])
    return 1 + (sides & (2**_SIDE_BITS - 1))


def _canvas_size(contents):
    return 1 + tf.stack([_number(contents, at, 3) for at in (24, 27)])


def _find_exif(contents):
    """Returns the offset of the EXIF chunk, or the end of the contents."""

    def continues(at, steps):
        is_inside = at < byte_reader.size(contents)
        is_there = byte_reader.has_mark(contents, at, b"EXIF")
        return is_inside & ~is_there & (steps < _MAX_CHUNKS)

    def step(at, steps):
        count = _number(contents, at + 4, 4)
        return at + 8 + count + count % 2, steps + 1

    start = tf.constant(12, tf.int64), tf.constant(0)
    return tf.while_loop(continues, step, start)[0]


def _problem(contents, is_known, flags):
    announced = 8 + _number(contents, 4, 4)
    return headers.first_problem(
        [
            (
                announced > byte_reader.size(contents),
                headers.BREAKS_OFF,
            ),
            (~is_known, headers.damaged("WebP")),
            (
                tf.not_equal(flags & _IS_ANIMATED, 0),
                "is an animated WebP picture; send one frame of it.",
            ),
        ]
    )
