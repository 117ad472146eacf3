"""Decoding, cartoonizing and encoding of pictures in a graph.

Pictures are untrusted: the size in the header is checked before decoding, and
rejected pictures give INVALID_ARGUMENT with a message that has their index in
the batch. Pixels equal those of `pictures.read_picture`: upright, on white, 8
bits per channel. Only operators of TensorFlow 2.15 are used.
"""

from collections.abc import Callable

import keras
import tensorflow as tf

from cartoongan_tf.core import choices
from cartoongan_tf.core import model_interface
from cartoongan_tf.export import options
from cartoongan_tf.export.graph_decoding import byte_reader
from cartoongan_tf.export.graph_decoding import headers
from cartoongan_tf.export.graph_decoding import jpeg
from cartoongan_tf.export.graph_decoding import png
from cartoongan_tf.export.graph_decoding import webp
from cartoongan_tf.images import pictures

PNG, JPEG = choices.ENCODINGS

# Each has `is_kind`, which tests the signature, `read_header` and `decode`.
# Only `decode` raises errors, and it is called only if the header has no
# problem; it returns pixels as stored, RGB or RGBA.
_CODECS = (jpeg, png, webp)
_MIN_SIDE = model_interface.MINIMUM_SIDE
# Chroma subsampling hurts a cartoon's colored edges: for a drawn style, 33 dB
# at quality 95, against 40 dB without, at 0.4 of the bytes of a PNG.
_QUALITY = 95
_STRIP_ROWS = 256


def bytes_endpoint(
    generator: keras.Model, settings: options.BytesSettings
) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
    """Makes the endpoint for encoded pictures.

    Args:
        generator: Model from photos to cartoons, both in [-1, 1].
        settings: Limits of pictures and encoding of cartoons.

    Returns:
        A function from strings of shape `(batch,)`, pictures of mixed sizes
        and formats, to `{"cartoon_bytes": ...}` of the same shape.
    """

    def cartoonize(picture):
        contents, index = picture
        pixels = decode(contents, index, settings)
        cartoon = pictures.apply_network(generator, pixels[None])[0]
        return encode(cartoon, settings.encoding)

    def cartoonize_bytes(image_bytes):
        # Sequential, so that a batch takes the memory of its largest picture;
        # each convolution uses all cores anyway.
        cartoons = tf.map_fn(
            cartoonize,
            (image_bytes, tf.range(tf.size(image_bytes))),
            fn_output_signature=tf.TensorSpec((), tf.string),
            parallel_iterations=1,
        )
        return {model_interface.CARTOON_BYTES: cartoons}

    return cartoonize_bytes


def decode(
    contents: tf.Tensor, index: tf.Tensor, settings: options.BytesSettings
) -> tf.Tensor:
    """Decodes a picture, or the first frame of an animation.

    Args:
        contents: JPEG, PNG or WebP, scalar string.
        index: Index in the batch, scalar integer, for messages.
        settings: Limits of pictures.

    Returns:
        uint8 RGB of shape `(height, width, 3)`, each side at least 16.

    Raises:
        InvalidArgumentError: At run time, if the picture is rejected or
            damaged.
    """

    def branch(reader):
        def read():
            header = reader.read_header(contents)
            problem = _problem(header, settings)
            # The header, too: operators that use only it would not wait.
            checked, valid = _checked(problem, index, (contents, header))
            pixels = _on_white(reader.decode(checked, valid))
            pixels = _checked(_mismatch(header, pixels), index, pixels)
            return pixels, tf.cast(header.orientation, tf.int64)

        return read

    checked = _checked(_format_problem(contents), index, contents)
    is_kind = tf.stack([reader.is_kind(checked) for reader in _CODECS])
    pixels, orientation = tf.switch_case(
        tf.argmax(is_kind, output_type=tf.int32), [*map(branch, _CODECS)]
    )
    # Rotated after resizing, which is faster and takes less memory.
    upright = pictures.turn_upright(
        _reduce(pixels, settings.max_side), orientation
    )
    return tf.ensure_shape(upright, (None, None, 3))


def encode(image: tf.Tensor, kind: str) -> tf.Tensor:
    """Encodes uint8 RGB of shape `(height, width, 3)` to a scalar string.

    Args:
        image: The picture.
        kind: `"png"`, or `"jpeg"` for less than half of the bytes.

    Raises:
        ValueError: If `kind` is neither.
    """
    if kind == PNG:
        return tf.io.encode_png(image)
    if kind == JPEG:
        return tf.io.encode_jpeg(
            image, quality=_QUALITY, chroma_downsampling=False
        )
    raise ValueError(
        f"`kind` must be one of {choices.ENCODINGS}, received {kind!r}."
    )


def _checked(problem, index, value):
    """Returns a nest of values, or raises if `problem` is not empty."""
    message = headers.join_message(
        f"{model_interface.IMAGE_BYTES}[", index, "]: ", problem
    )
    check = tf.debugging.Assert(tf.equal(problem, ""), [message])
    with tf.control_dependencies([check] if check is not None else []):
        return tf.nest.map_structure(tf.identity, value)


def _format_problem(contents):
    is_known = tf.reduce_any([reader.is_kind(contents) for reader in _CODECS])
    return headers.first_problem(
        [
            (
                tf.equal(byte_reader.size(contents), 0),
                "is empty; send the bytes of a picture.",
            ),
            (
                ~is_known,
                "is not a JPEG, PNG or WebP picture; convert it.",
            ),
        ]
    )


def _problem(header, settings):
    """Checks a header, before the picture is decoded."""
    max_side, max_pixels, _ = settings
    sides = tf.stack([header.width, header.height])
    reduced = _reduced(sides, max_side)
    # One side alone first: the product of two may not fit into 64 bits.
    is_large = tf.reduce_any(sides > max_pixels)
    is_large |= tf.reduce_prod(sides) > max_pixels
    has = headers.join_message("has ", *_by(sides))
    return headers.first_problem(
        [
            (tf.not_equal(header.problem, ""), header.problem),
            (
                is_large,
                headers.join_message(
                    has,
                    f" pixels, and {max_pixels / 1e6:g} million are the most; "
                    "shrink it.",
                ),
            ),
            (
                tf.reduce_min(sides) < _MIN_SIDE,
                headers.join_message(
                    has, f" pixels, and {_MIN_SIDE} a side are the least."
                ),
            ),
            (
                tf.reduce_min(reduced) < _MIN_SIDE,
                headers.join_message(
                    has,
                    f" pixels, which at {max_side} for the longer side leaves ",
                    *_by(reduced),
                    f", and {_MIN_SIDE} a side are the least; crop it.",
                ),
            ),
        ]
    )


def _mismatch(header, pixels):
    sides = tf.stack([header.height, header.width])
    is_same = tf.reduce_all(tf.equal(tf.shape(pixels, tf.int64)[:2], sides))
    message = "is damaged: its pixels are more or fewer than its header says."
    return headers.first_problem([(~is_same, message)])


def _by(sides):
    return sides[0], " x ", sides[1]


def _on_white(pixels):
    """Composites a picture with alpha onto white, as Pillow does."""
    if pixels.shape[-1] == 3:
        return pixels
    return tf.cond(
        tf.equal(tf.shape(pixels)[-1], 4),
        lambda: _blend_in_strips(pixels),
        lambda: pixels,
    )


def _blend_in_strips(pixels):
    """Blends some rows at a time; all at once would take 5x the memory."""
    count = (tf.shape(pixels)[0] + _STRIP_ROWS - 1) // _STRIP_ROWS

    def blend(place, strips):
        rows = pixels[place * _STRIP_ROWS : (place + 1) * _STRIP_ROWS]
        return place + 1, strips.write(
            place, _blend(rows[..., :3], rows[..., 3:])
        )

    strips = tf.TensorArray(
        tf.uint8, count, element_shape=(None, None, 3), infer_shape=False
    )
    return tf.while_loop(
        lambda place, _: place < count,
        blend,
        (0, strips),
        parallel_iterations=1,
    )[1].concat()


def _blend(color, alpha):
    """Computes alpha * color + (1 - alpha) * white, rounded, in 16 bits."""
    alpha = tf.cast(alpha, tf.uint16)
    sums = tf.cast(color, tf.uint16) * alpha + (255 * (255 - alpha) + 128)
    sums += tf.bitwise.right_shift(sums, 8)
    return tf.cast(tf.bitwise.right_shift(sums, 8), tf.uint8)


def _reduced(sides, max_side):
    """Scales sides so that the longer one is at most `max_side` pixels."""
    longer = tf.maximum(tf.reduce_max(sides), 1)
    scaled = (sides * max_side + longer // 2) // longer
    return tf.where(longer > max_side, tf.maximum(scaled, 1), sides)


def _reduce(pixels, max_side):
    pixels = tf.ensure_shape(pixels, (None, None, 3))
    sides = tf.shape(pixels)[:2]

    def average():
        # Area averaging avoids aliasing of fine lines.
        size = tf.cast(_reduced(tf.cast(sides, tf.int64), max_side), tf.int32)
        means = tf.image.resize(pixels, size, method="area")
        return tf.cast(tf.round(means), tf.uint8)

    return tf.cond(tf.reduce_max(sides) > max_side, average, lambda: pixels)
