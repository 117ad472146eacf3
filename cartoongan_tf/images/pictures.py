"""Picture files <-> uint8 RGB arrays <-> the networks' [-1, 1].

The only place that decodes, encodes, or converts a range. Arrays are uint8,
RGB, channels last, the way up that viewers show them. Training reads pictures
inside a graph and the rest of the product outside of one, by the same decoders
and so with the same pixels. Color profiles are not applied.
"""

import os
import pathlib
from collections.abc import Callable
from collections.abc import Iterable

import cv2
import numpy as np
import tensorflow as tf

from cartoongan_tf.core import atomic_files
from cartoongan_tf.images import color_modes
from cartoongan_tf.images import headers
from cartoongan_tf.images import transparency


def read_picture(
    path: str | pathlib.Path, *, least_side: int | None = None
) -> np.ndarray:
    """Reads a picture; of an animation the first frame.

    Args:
        path: File to read. Transparent pictures are put on white, and 16 bits
            a channel become 8.
        least_side: Height and width, in pixels, that are enough; a JPEG that
            is much larger is read at half, a quarter or an eighth of its
            size, which takes a fraction of the time.

    Returns:
        uint8 RGB array of shape `(height, width, 3)`.

    Raises:
        UnreadableImage: If the file is missing, no picture, too large, or
            damaged.
    """
    header = headers.read_header(path)
    if header.decoder == headers.PILLOW:
        return _read_with_pillow(os.fsencode(path))
    try:
        name, ratio = tf.constant(os.fsencode(path)), _ratio(header, least_side)
        return _decode_in_graph(name, header.decoder, ratio).numpy()
    except tf.errors.OpError as error:
        raise headers.UnreadableImage(
            path, "is damaged or breaks off; fix or remove it."
        ) from error


def decode_picture(path: tf.Tensor, decoder: tf.Tensor) -> tf.Tensor:
    """Reads a picture inside a graph, with the pixels of `read_picture`.

    Args:
        path: Scalar string.
        decoder: Scalar integer, `Header.decoder` of that file.

    Returns:
        uint8 RGB tensor of shape `(height, width, 3)`.
    """
    image = tf.cond(
        decoder == headers.PILLOW,
        # Said to have no effects: else `tf.data` would give up working in
        # parallel, where a run is to be deterministic.
        lambda: tf.numpy_function(
            _read_with_pillow, [path], tf.uint8, stateful=False
        ),
        lambda: _decode_in_graph(path, decoder),
    )
    image.set_shape((None, None, 3))
    return image


def decode_jpeg(contents: tf.Tensor, ratio: int = 1) -> tf.Tensor:
    """Decodes a JPEG inside a graph, with the pixels of other decoders.

    Args:
        contents: Scalar string.
        ratio: 1, 2, 4 or 8, by which the sides are divided, rounding up.

    Returns:
        uint8 RGB tensor of shape `(height, width, 3)`, as stored.
    """
    # TensorFlow's default method is off by up to 16 levels.
    return tf.io.decode_jpeg(
        contents, channels=3, ratio=ratio, dct_method="INTEGER_ACCURATE"
    )


def turn_upright(image: tf.Tensor, orientation: tf.Tensor) -> tf.Tensor:
    """Undoes an EXIF orientation, 1 to 8, inside a graph."""

    def when(codes, change, image):
        is_due = tf.reduce_any(tf.equal(orientation, codes))
        return tf.cond(is_due, lambda: change(image), lambda: image)

    image = when([5, 6, 7, 8], lambda i: tf.transpose(i, (1, 0, 2)), image)
    image = when([2, 3, 6, 7], lambda i: i[:, ::-1], image)
    return when([3, 4, 7, 8], lambda i: i[::-1], image)


def first_damaged(
    paths: Iterable[pathlib.Path],
) -> headers.UnreadableImage | None:
    """Finds out which file a graph stumbled over, and why."""
    for path in paths:
        try:
            read_picture(path)
        except headers.UnreadableImage as problem:
            return problem
    return None


def write_png(path: str | pathlib.Path, pixels: np.ndarray) -> None:
    """Writes a uint8 RGB array to a PNG file, whole or not at all."""
    data = encode_png(pixels)
    with atomic_files.atomic_path(path) as temporary:
        temporary.write_bytes(data)


def encode_png(pixels: np.ndarray) -> bytes:
    """Encodes a uint8 RGB array of shape `(height, width, 3)`."""
    return _encode(".png", pixels)


def encode_jpeg(pixels: np.ndarray) -> bytes:
    """Encodes a uint8 RGB array for looking at, at a tenth of a PNG's size."""
    return _encode(".jpg", pixels)


def to_network(pixels: tf.Tensor) -> tf.Tensor:
    """uint8 of 0 to 255 -> float32 of -1 to 1."""
    return tf.cast(pixels, tf.float32) / 127.5 - 1


def to_pixels(images: tf.Tensor) -> tf.Tensor:
    """Float of -1 to 1 -> uint8 of 0 to 255; `tanh` keeps to that range."""
    return tf.cast(tf.round((images + 1) * 127.5), tf.uint8)


def through(network: Callable, pixels: tf.Tensor) -> tf.Tensor:
    """Sends pixels through a network of -1 to 1: uint8 in, uint8 out."""
    return to_pixels(network(to_network(pixels), training=False))


def _encode(suffix, pixels):
    _, data = cv2.imencode(suffix, cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return data.tobytes()


def _ratio(header, least_side):
    short_side = min(header.width, header.height)
    fits = [r for r in (8, 4, 2) if least_side and short_side >= r * least_side]
    return fits[0] if fits else 1


def _decode_in_graph(path, orientation, ratio=1):
    contents = tf.io.read_file(path)
    image = tf.cond(
        tf.io.is_jpeg(contents),
        lambda: decode_jpeg(contents, ratio),
        lambda: tf.io.decode_image(
            contents, channels=3, expand_animations=False
        ),
    )
    return turn_upright(image, orientation)


def _read_with_pillow(path):
    return headers.read_mended(_read_on_white, pathlib.Path(os.fsdecode(path)))


def _read_on_white(source):
    with headers.opened(source, headers.MAX_PIXELS) as picture:
        headers.load(picture)
        picture.info.pop("icc_profile", None)  # It is not applied.
        shown = color_modes.convert(picture)
    if shown.alpha is None:
        return shown.colors
    return np.array(transparency.on_white(shown.colors, shown.alpha))
