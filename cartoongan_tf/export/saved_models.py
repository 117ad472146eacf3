"""Trained generator -> SavedModel, with the signatures of `contract`."""

import pathlib
from typing import NamedTuple

import keras
import tensorflow as tf

from cartoongan_tf.core import model_interface
from cartoongan_tf.export import endpoints
from cartoongan_tf.export.graph_decoding import encoded_images
from cartoongan_tf.images import headers


class BytesSettings(NamedTuple):
    """What the signature for encoded pictures does.

    Attributes:
        max_side: Longer side, in pixels, above which photos are resized.
        max_pixels: The most pixels that are decoded.
        encoding: Format of the cartoons, one of `image_bytes.KINDS`.
    """

    max_side: int = 2048
    max_pixels: int = headers.MAX_PIXELS
    encoding: str = encoded_images.PNG


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
    encoded = encoded_images.bytes_endpoint(
        generator,
        max_side=settings.max_side,
        max_pixels=settings.max_pixels,
        kind=settings.encoding,
    )
    strings = tf.TensorSpec((None,), tf.string, model_interface.IMAGE_BYTES)
    endpoints.write(
        folder,
        {
            model_interface.BYTES: (encoded, strings),
            model_interface.UINT8: endpoints.on_pixels(
                generator, None, None, None
            ),
            model_interface.FLOAT32: endpoints.on_range(
                generator, None, None, None
            ),
        },
    )
