"""Encoded pictures -> cartoons, encoded again: all of it inside of a graph.

Pictures come from strangers. So a picture's size is read from its header and
checked before anything is decoded, and what is refused is refused as
INVALID_ARGUMENT, in a sentence that names the picture by its place in the
batch. The pixels are those of `pictures.read_picture`: upright, on white, 8
bits a channel. Only operators are used that TensorFlow 2.15 has too.
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

# Each says by the first bytes whether it `is_kind`, and what `read_header`
# finds wrong. Nothing but `decode` raises errors, and it gets only what has no
# problem; it gives pixels as stored, RGB or RGBA.
_CODECS = (jpeg, png, webp)
_MIN_SIDE = model_interface.MINIMUM_SIDE
# A cartoon's colored edges suffer where colors are stored at half the size:
# of a drawn style, 33 dB at quality 95, and 40 dB with all colors, at 0.4 of
# the bytes of a PNG.
_QUALITY = 95
_STRIP = 256  # rows


def bytes_endpoint(
    generator: keras.Model, settings: options.BytesSettings
) -> Callable[[tf.Tensor], dict[str, tf.Tensor]]:
    """Makes the function behind the signature that takes encoded pictures.

    Args:
        generator: Photos to cartoons, both in [-1, 1].
        settings: Limits of pictures, and how cartoons are encoded.

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
        # One after the other: a batch then takes the memory of its largest
        # picture, and each convolution uses all cores as it is.
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
    """Decodes a picture, of an animation the first frame.

    Args:
        contents: Scalar string: JPEG, PNG or WebP.
        index: Scalar integer, its place in the batch, for messages.
        settings: Limits of pictures.

    Returns:
        uint8 RGB of shape `(height, width, 3)`, each side 16 or more.

    Raises:
        InvalidArgumentError: When run, if the picture is refused or damaged.
    """

    def branch(reader):
        def read():
            header = reader.read_header(contents)
            problem = _problem(header, settings)
            # The header too: what is computed from it alone would not wait.
            checked, sound = _unless(problem, index, (contents, header))
            pixels = _on_white(reader.decode(checked, sound))
            pixels = _unless(_mismatch(header, pixels), index, pixels)
            return pixels, tf.cast(header.orientation, tf.int64)

        return read

    checked = _unless(_format_problem(contents), index, contents)
    is_kind = tf.stack([reader.is_kind(checked) for reader in _CODECS])
    pixels, orientation = tf.switch_case(
        tf.argmax(is_kind, output_type=tf.int32), [*map(branch, _CODECS)]
    )
    # Turned when it is small, which is quicker and takes less memory.
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


def _unless(problem, index, value):
    """Gives a nest of values, or an error if there are words for a problem."""
    message = headers.as_words(
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
    """Errors of a picture by its header, before it is decoded."""
    max_side, max_pixels, _ = settings
    sides = tf.stack([header.width, header.height])
    reduced = _reduced(sides, max_side)
    # One side alone first: the product of two may not fit into 64 bits.
    is_large = tf.reduce_any(sides > max_pixels)
    is_large |= tf.reduce_prod(sides) > max_pixels
    has = headers.as_words("has ", *_by(sides))
    return headers.first_problem(
        [
            (tf.not_equal(header.problem, ""), header.problem),
            (
                is_large,
                headers.as_words(
                    has,
                    f" pixels, and {max_pixels / 1e6:g} million are the most; "
                    "shrink it.",
                ),
            ),
            (
                tf.reduce_min(sides) < _MIN_SIDE,
                headers.as_words(
                    has, f" pixels, and {_MIN_SIDE} a side are the least."
                ),
            ),
            (
                tf.reduce_min(reduced) < _MIN_SIDE,
                headers.as_words(
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
    words = "is damaged: its pixels are more or fewer than its header says."
    return headers.first_problem([(~is_same, words)])


def _by(sides):
    return sides[0], " x ", sides[1]


def _on_white(pixels):
    """Puts a picture on white, as Pillow does, if it has an alpha channel."""
    if pixels.shape[-1] == 3:
        return pixels
    return tf.cond(
        tf.equal(tf.shape(pixels)[-1], 4),
        lambda: _blend_in_strips(pixels),
        lambda: pixels,
    )


def _blend_in_strips(pixels):
    """Some rows at a time: at once it would take a fivefold of memory."""
    count = (tf.shape(pixels)[0] + _STRIP - 1) // _STRIP

    def blend(place, strips):
        rows = pixels[place * _STRIP : (place + 1) * _STRIP]
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
    """Rounds alpha * color + (1 - alpha) * white exactly, in 16 bits."""
    alpha = tf.cast(alpha, tf.uint16)
    sums = tf.cast(color, tf.uint16) * alpha + (255 * (255 - alpha) + 128)
    sums += tf.bitwise.right_shift(sums, 8)
    return tf.cast(tf.bitwise.right_shift(sums, 8), tf.uint8)


def _reduced(sides, max_side):
    """Sides of the same shape, the longer one at most `max_side` pixels."""
    longer = tf.maximum(tf.reduce_max(sides), 1)
    scaled = (sides * max_side + longer // 2) // longer
    return tf.where(longer > max_side, tf.maximum(scaled, 1), sides)


def _reduce(pixels, max_side):
    pixels = tf.ensure_shape(pixels, (None, None, 3))
    sides = tf.shape(pixels)[:2]

    def average():
        # Averaging the area keeps fine lines from flickering in and out.
        size = tf.cast(_reduced(tf.cast(sides, tf.int64), max_side), tf.int32)
        means = tf.image.resize(pixels, size, method="area")
        return tf.cast(tf.round(means), tf.uint8)

    return tf.cond(tf.reduce_max(sides) > max_side, average, lambda: pixels)
