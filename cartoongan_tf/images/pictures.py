"""Conversion of picture files, uint8 RGB arrays and network tensors.

The only module that converts between uint8 and the networks' [-1, 1]. Arrays
are uint8, RGB, channels last, upright. Training decodes pictures inside a
graph, other callers outside of one, with the same decoders and so the same
pixels. Color profiles are not applied.
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
    path: str | pathlib.Path, *, min_side: int | None = None
) -> np.ndarray:
    """Reads a picture, or the first frame of an animation.

    Args:
        path: File to read. Transparent pictures are composited on white, and
            16-bit channels are reduced to 8 bits.
        min_side: Sufficient height and width, in pixels. A much larger JPEG is
            decoded at half, a quarter or an eighth of its size, which takes a
            fraction of the time.

    Returns:
        uint8 RGB array of shape `(height, width, 3)`.

    Raises:
        UnreadableImage: If the file is missing, not a picture, too large, or
            damaged.
    """
    header = headers.read_header(path)
    if header.decoder == headers.PILLOW:
        return _read_with_pillow(os.fsencode(path))
    try:
        name, ratio = tf.constant(os.fsencode(path)), _ratio(header, min_side)
        return _decode_with_tensorflow(name, header.decoder, ratio).numpy()
    except tf.errors.OpError as error:
        raise headers.UnreadableImage(
            path, "is damaged or truncated; fix or remove it."
        ) from error


def decode_picture(path: tf.Tensor, decoder: tf.Tensor) -> tf.Tensor:
    """Reads a picture inside a graph, with the pixels of `read_picture`.

    Args:
        path: Scalar string tensor.
        decoder: Scalar integer tensor, the file's `Header.decoder`.

    Returns:
        uint8 RGB tensor of shape `(height, width, 3)`.
    """
    image = tf.cond(
        decoder == headers.PILLOW,
        # Declared stateless: a deterministic `tf.data` pipeline would run a
        # stateful function sequentially.
        lambda: tf.numpy_function(
            _read_with_pillow, [path], tf.uint8, stateful=False
        ),
        lambda: _decode_with_tensorflow(path, decoder),
    )
    image.set_shape((None, None, 3))
    return image


def decode_jpeg(contents: tf.Tensor, ratio: int = 1) -> tf.Tensor:
    """Decodes a JPEG inside a graph, with the pixels of other decoders.

    Args:
        contents: Scalar string tensor.
        ratio: Downscaling factor, 1, 2, 4 or 8; sides are rounded up.

    Returns:
        uint8 RGB tensor of shape `(height, width, 3)`, as stored.
    """
    # TensorFlow's default method is off by up to 16 levels.
    return tf.io.decode_jpeg(
        contents, channels=3, ratio=ratio, dct_method="INTEGER_ACCURATE"
    )


def turn_upright(image: tf.Tensor, orientation: tf.Tensor) -> tf.Tensor:
    """Undoes an EXIF orientation, 1 to 8, inside a graph."""

    def apply_if(orientations, transform, image):
        matches = tf.reduce_any(tf.equal(orientation, orientations))
        return tf.cond(matches, lambda: transform(image), lambda: image)

    image = apply_if([5, 6, 7, 8], lambda i: tf.transpose(i, (1, 0, 2)), image)
    image = apply_if([2, 3, 6, 7], lambda i: i[:, ::-1], image)
    return apply_if([3, 4, 7, 8], lambda i: i[::-1], image)


def first_damaged(
    paths: Iterable[pathlib.Path],
) -> headers.UnreadableImage | None:
    """Returns the error of the first file that a graph failed to decode."""
    for path in paths:
        try:
            read_picture(path)
        except headers.UnreadableImage as error:
            return error
    return None


def write_png(path: str | pathlib.Path, pixels: np.ndarray) -> None:
    """Writes a uint8 RGB array to a PNG file atomically."""
    data = encode_png(pixels)
    with atomic_files.atomic_path(path) as temporary:
        temporary.write_bytes(data)


def encode_png(pixels: np.ndarray) -> bytes:
    """Encodes a uint8 RGB array of shape `(height, width, 3)` as PNG."""
    return _encode(".png", pixels)


def encode_jpeg(pixels: np.ndarray) -> bytes:
    """Encodes a uint8 RGB array as JPEG, a tenth of the size of a PNG."""
    return _encode(".jpg", pixels)


def to_network(pixels: tf.Tensor) -> tf.Tensor:
    """Converts uint8 pixels in [0, 255] to float32 in [-1, 1]."""
    return tf.cast(pixels, tf.float32) / 127.5 - 1


def to_pixels(images: tf.Tensor) -> tf.Tensor:
    """Converts float images in [-1, 1], such as of `tanh`, to uint8 pixels."""
    return tf.cast(tf.round((images + 1) * 127.5), tf.uint8)


def apply_network(network: Callable, pixels: tf.Tensor) -> tf.Tensor:
    """Applies a network that works in [-1, 1] to uint8 pixels."""
    return to_pixels(network(to_network(pixels), training=False))


def _encode(suffix, pixels):
    _, data = cv2.imencode(suffix, cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return data.tobytes()


def _ratio(header, min_side):
    short_side = min(header.width, header.height)
    ratios = [r for r in (8, 4, 2) if min_side and short_side >= r * min_side]
    return ratios[0] if ratios else 1


def _decode_with_tensorflow(path, orientation, ratio=1):
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
    return headers.read_with_end_marker(
        _read_on_white, pathlib.Path(os.fsdecode(path))
    )


def _read_on_white(source):
    with headers.opened(source, headers.MAX_PIXELS) as picture:
        headers.load(picture)
        picture.info.pop("icc_profile", None)  # Not applied in training.
        pixels = color_modes.convert(picture)
    if pixels.alpha is None:
        return pixels.colors
    return np.array(transparency.on_white(pixels.colors, pixels.alpha))
