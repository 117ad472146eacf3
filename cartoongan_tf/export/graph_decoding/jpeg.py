"""Header parsing and decoding of JPEG in a graph.

Markers are parsed as in libjpeg (`jdmarker.c`), stray bytes included, so that
the size that is checked is the size that is decoded.
"""

from typing import NamedTuple

import tensorflow as tf

from cartoongan_tf.export.graph_decoding import byte_reader
from cartoongan_tf.export.graph_decoding import exif_tags
from cartoongan_tf.export.graph_decoding import headers
from cartoongan_tf.images import pictures

MARK = b"\xff\xd8\xff"

_END_MARK = b"\xff\xd9"
_ADOBE = b"Adobe"
# Frames that libjpeg decodes: baseline, extended and progressive, with
# Huffman or arithmetic coding. Others are lossless or hierarchical.
_FRAMES = (0xC0, 0xC1, 0xC2, 0xC9, 0xCA)
_TABLES = (0xC4, 0xCC)  # Table markers within the range of frame markers.
_CMYK = 4  # Components.


class _Walk(NamedTuple):
    """Parser state: offset, steps, and markers found; 0 if not found."""

    at: tf.Tensor
    steps: tf.Tensor
    frame: tf.Tensor
    exif: tf.Tensor
    adobe: tf.Tensor
    scan: tf.Tensor


def is_kind(contents: tf.Tensor) -> tf.Tensor:
    """Whether the contents have the signature of JPEG."""
    return byte_reader.has_mark(contents, 0, MARK)


def read_header(contents: tf.Tensor) -> headers.Header:
    """Parses the markers before the first scan."""
    start = [tf.constant(at, tf.int64) for at in (2, 0, 0, 0, 0, 0)]
    walk = tf.while_loop(
        lambda walk: _continues(contents, walk),
        lambda walk: (_step(contents, walk),),
        (_Walk(*start),),
    )[0]
    exif = walk.exif + 4
    count = _number(contents, walk.exif + 2, 2) - 2
    return headers.Header(
        width=_number(contents, walk.frame + 7, 2),
        height=_number(contents, walk.frame + 5, 2),
        problem=_problem(contents, walk),
        orientation=exif_tags.read_orientation(
            contents, exif, tf.where(walk.exif > 0, count, 0)
        ),
    )


def decode(contents: tf.Tensor, header: headers.Header) -> tf.Tensor:
    """Decodes to uint8 of shape `(height, width, 3)`."""
    del header  # Not needed.
    return pictures.decode_jpeg(contents)


def _number(contents, at, count):
    return byte_reader.number(contents, at, count, big_endian=True)


def _continues(contents, walk):
    is_inside = walk.at < byte_reader.size(contents)
    is_within_limit = walk.steps < headers.MAX_PARTS
    return is_inside & is_within_limit & tf.equal(walk.scan, 0)


def _step(contents, walk):
    data = tf.cast(byte_reader.take(contents, walk.at, 2), tf.int64)
    is_marker = tf.equal(data[0], 0xFF)
    code = tf.where(is_marker, data[1], 0)
    is_frame = (code >= 0xC0) & (code <= 0xCF) & ~_is_any(code, _TABLES)
    is_exif = tf.equal(code, 0xE1) & byte_reader.has_mark(
        contents, walk.at + 4, exif_tags.PREFIX
    )
    is_adobe = tf.equal(code, 0xEE) & byte_reader.has_mark(
        contents, walk.at + 4, _ADOBE
    )
    # Start of scan, or a premature end of image.
    is_end = _is_any(code, (0xDA, 0xD9))
    return _Walk(
        walk.at + _stride(contents, walk.at, is_marker, data[1]),
        walk.steps + 1,
        _first(walk.frame, is_frame, walk.at),
        _first(walk.exif, is_exif, walk.at),
        _first(walk.adobe, is_adobe, walk.at),
        _first(walk.scan, is_end, walk.at),
    )


def _stride(contents, at, is_marker, code):
    """Returns the distance to the next marker, in bytes."""
    stands_alone = _is_any(code, (0, 1, *range(0xD0, 0xDA)))
    length = tf.where(
        stands_alone, tf.zeros_like(at), _number(contents, at + 2, 2)
    )
    return tf.where(is_marker & (code < 0xFF), 2 + length, 1)


def _is_any(code, codes):
    return tf.reduce_any(tf.equal(code, codes))


def _first(known, is_met, at):
    return tf.where(is_met & tf.equal(known, 0), at, known)


def _problem(contents, walk):
    kind = tf.cast(byte_reader.take(contents, walk.frame, 2)[1], tf.int64)
    bits = byte_reader.take(contents, walk.frame + 4, 1)[0]
    components = byte_reader.take(contents, walk.frame + 9, 1)[0]
    has_frame = walk.frame > 0
    breaks_off = tf.equal(walk.scan, 0) | ~byte_reader.holds(
        contents, walk.scan + 2, _END_MARK
    )
    return headers.first_problem(
        [
            (walk.steps >= headers.MAX_PARTS, headers.TOO_MANY_PARTS),
            (
                has_frame & ~_is_any(kind, _FRAMES),
                "is a lossless or hierarchical JPEG picture; save it as a "
                "usual one.",
            ),
            (
                has_frame & tf.not_equal(bits, 8),
                headers.join_message(
                    "is a JPEG picture with ",
                    bits,
                    " bits a channel, and 8 are read; save it as a usual one.",
                ),
            ),
            (
                has_frame
                & tf.equal(components, _CMYK)
                & tf.equal(walk.adobe, 0),
                "is a CMYK picture that does not say how its inks are counted; "
                "save it as RGB.",
            ),
            (breaks_off, headers.BREAKS_OFF),
            (~has_frame, headers.damaged("JPEG")),
        ]
    )
