"""GIF in a graph: what its header says, and the pixels of its first frame.

TensorFlow decodes all frames before it gives the first, shifts a frame that
does not begin at the corner, and paints what is transparent black. So it gets
a GIF of one frame, at the corner, opaque, in which the transparent color has
become white; the canvas around the frame is put there afterwards.
"""

from typing import NamedTuple

import tensorflow as tf

from cartoongan_tf.export.graph_decoding import byte_reader
from cartoongan_tf.export.graph_decoding import headers

_MARKS = (b"GIF87a", b"GIF89a")
_EXTENSION = 0x21
_CONTROL = 0xF9  # The extension that tells the transparent color.
_FRAME = 0x2C
_END_MARK = b";"
_WHITE = b"\xff\xff\xff"
_NONE = -1
_RUN = 4096  # blocks of equal length that are walked over at once


class _Walk(NamedTuple):
    """Where the walk stands, and what it met."""

    at: tf.Tensor
    steps: tf.Tensor
    is_in_blocks: tf.Tensor
    transparent: tf.Tensor
    frame: tf.Tensor
    is_done: tf.Tensor


class _Layout(NamedTuple):
    """Where the first frame is, in the file and on the canvas."""

    colors_end: tf.Tensor
    frame: tf.Tensor
    end: tf.Tensor
    hole: tf.Tensor  # Its transparent color in the file decoded, or _NONE.
    margins: tf.Tensor  # Pixels around the frame, as `tf.pad` takes them.


def is_kind(contents: tf.Tensor) -> tf.Tensor:
    """Says whether the contents begin as a GIF does."""
    first, second = (byte_reader.has_mark(contents, 0, m) for m in _MARKS)
    return first | second


def read_header(contents: tf.Tensor) -> headers.Header:
    """Walks to the end of the first frame; `layout`: where that is."""
    walk = _walk(contents)
    left, top, width, height = (
        _number(contents, walk.frame + at, 2) for at in (1, 3, 5, 7)
    )
    # As Pillow has it: the canvas grows to hold the frame.
    canvas_width = tf.maximum(_number(contents, 6, 2), left + width)
    canvas_height = tf.maximum(_number(contents, 8, 2), top + height)
    margins = [
        [top, canvas_height - top - height],
        [left, canvas_width - left - width],
        [0, 0],
    ]
    return headers.Header(
        canvas_width,
        canvas_height,
        _problem(contents, walk, width * height),
        layout=_Layout(
            _colors_end(contents),
            walk.frame,
            walk.at,
            _hole(contents, walk),
            tf.convert_to_tensor(margins),
        ),
    )


def decode(contents: tf.Tensor, header: headers.Header) -> tf.Tensor:
    """Decodes to uint8 of shape `(height, width, 3)`."""
    layout = header.layout
    frame = byte_reader.cut(contents, layout.frame, layout.end - layout.frame)
    alone = tf.strings.join(
        [byte_reader.cut(contents, 0, layout.colors_end), frame, _END_MARK]
    )
    at_corner = byte_reader.replace(alone, layout.colors_end + 1, bytes(4))
    filled = tf.cond(
        layout.hole > _NONE,
        lambda: byte_reader.replace(at_corner, layout.hole, _WHITE),
        lambda: at_corner,
    )
    frame = tf.io.decode_image(filled, channels=3, expand_animations=False)
    frame.set_shape((None, None, 3))
    return tf.pad(frame, layout.margins, constant_values=255)


def _number(contents, at, count):
    return byte_reader.number(contents, at, count, big_endian=False)


def _colors(flags):
    """Entries of a color table, by the flags that speak of it."""
    return tf.where(flags >= 0x80, 2 ** (1 + (flags & 7)), 0)


def _colors_end(contents):
    """Where the header and the color table of the whole file end."""
    return 13 + 3 * _colors(_number(contents, 10, 1))


def _walk(contents):
    data = tf.io.decode_raw(contents, tf.uint8)
    start = _Walk(
        at=_colors_end(contents),
        steps=tf.constant(0),
        is_in_blocks=tf.constant(False),
        transparent=tf.constant(_NONE, tf.int64),
        frame=tf.constant(0, tf.int64),
        is_done=tf.constant(False),
    )
    return tf.while_loop(
        lambda walk: (
            ~walk.is_done
            & (walk.at < byte_reader.size(contents))
            & (walk.steps < headers.MAX_PARTS)
        ),
        lambda walk: (_step(contents, data, walk),),
        (start,),
    )[0]


def _step(contents, data, walk):
    return tf.cond(
        walk.is_in_blocks,
        lambda: _skip_blocks(data, walk),
        lambda: _enter_part(contents, walk),
    )


def _skip_blocks(data, walk):
    """Walks over blocks of one length; a block of none ends their row."""
    length = tf.cast(data[walk.at], tf.int64)
    stride = length + 1
    lengths = tf.ensure_shape(
        data[walk.at : walk.at + _RUN * stride : stride], (None,)
    )
    differs = tf.not_equal(lengths, data[walk.at])
    run = tf.where(
        tf.reduce_any(differs), tf.argmax(differs), tf.size(lengths, tf.int64)
    )
    is_end = tf.equal(length, 0)
    return walk._replace(
        at=walk.at + tf.where(is_end, stride, run * stride),
        steps=walk.steps + 1,
        is_in_blocks=~is_end,
        is_done=is_end & (walk.frame > 0),
    )


def _enter_part(contents, walk):
    """Walks over the fixed bytes of a part, up to its blocks."""
    kind = _number(contents, walk.at, 1)
    label = _number(contents, walk.at + 1, 1)
    is_frame = tf.equal(kind, _FRAME)
    is_extension = tf.equal(kind, _EXTENSION)
    is_control = is_extension & tf.equal(label, _CONTROL)
    table = 3 * _colors(_number(contents, walk.at + 9, 1))
    fixed = tf.where(is_frame, 11 + table, 1 + tf.cast(is_extension, tf.int64))
    has_hole = tf.not_equal(_number(contents, walk.at + 3, 1) & 1, 0)
    hole = tf.where(has_hole, _number(contents, walk.at + 6, 1), _NONE)
    return walk._replace(
        at=walk.at + fixed,
        steps=walk.steps + 1,
        is_in_blocks=is_frame | is_extension,
        transparent=tf.where(is_control, hole, walk.transparent),
        frame=tf.where(is_frame, walk.at, walk.frame),
        is_done=~(is_frame | is_extension),
    )


def _hole(contents, walk):
    flags = _number(contents, walk.frame + 9, 1)
    has_own_table = flags >= 0x80
    table = tf.where(has_own_table, _colors_end(contents) + 10, 13)
    flags = tf.where(has_own_table, flags, _number(contents, 10, 1))
    is_in_table = walk.transparent < _colors(flags)
    is_one = (walk.transparent > _NONE) & is_in_table
    return tf.where(is_one, table + 3 * walk.transparent, _NONE)


def _problem(contents, walk, pixels):
    is_outside = walk.at > byte_reader.size(contents)
    is_empty = tf.equal(walk.frame, 0) | tf.equal(pixels, 0)
    return headers.first_problem(
        [
            (walk.steps >= headers.MAX_PARTS, headers.TOO_MANY_PARTS),
            (is_outside | ~walk.is_done, headers.BREAKS_OFF),
            (is_empty, headers.damaged("GIF")),
        ]
    )
