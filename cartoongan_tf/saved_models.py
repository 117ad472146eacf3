"""Trained generator -> SavedModel, with the signatures of `contract`."""

import pathlib
from typing import NamedTuple

import keras
import tensorflow as tf

from cartoongan_tf import contract
from cartoongan_tf import image_bytes
from cartoongan_tf import pictures


class BytesSettings(NamedTuple):
    """What the signature for encoded pictures does.

    Attributes:
        max_side: Longer side, in pixels, above which photos are resized.
        max_pixels: The most pixels that are decoded.
        encoding: Format of the cartoons, `png` or `jpeg`.
    """

    max_side: int = 2048
    max_pixels: int = 64_000_000
    encoding: str = "png"


def write(
    generator: keras.Model,
    folder: pathlib.Path,
    settings: BytesSettings = BytesSettings(),  # noqa: B008
) -> None:
    """Writes a SavedModel.

    Args:
        generator: Photos to cartoons, both in [-1, 1].
        folder: Folder to write.
        settings: Of the signature for encoded pictures.
    """

    def uint8(image):
        cartoons = generator(pictures.to_network(image), training=False)
        return {contract.CARTOON: pictures.to_pixels(cartoons)}

    def float32(image):
        return {contract.CARTOON: generator(image, training=False)}

    # No `track()`: with it, Keras writes every weight twice.
    archive = keras.export.ExportArchive()
    archive.add_endpoint(
        contract.BYTES,
        image_bytes.bytes_endpoint(
            generator,
            max_side=settings.max_side,
            max_pixels=settings.max_pixels,
            kind=settings.encoding,
        ),
        [tf.TensorSpec((None,), tf.string, name=contract.IMAGE_BYTES)],
    )
    shape = (None, None, None, 3)
    for name, endpoint, dtype in (
        (contract.UINT8, uint8, tf.uint8),
        (contract.FLOAT32, float32, tf.float32),
    ):
        spec = tf.TensorSpec(shape, dtype, name=contract.IMAGE)
        archive.add_endpoint(name, endpoint, [spec])
    archive.write_out(str(folder), verbose=False)
