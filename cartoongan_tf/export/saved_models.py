"""Export to a SavedModel with the signatures of `model_interface`."""

import pathlib

import keras
import tensorflow as tf

from cartoongan_tf.core import model_interface
from cartoongan_tf.export import endpoints
from cartoongan_tf.export import options
from cartoongan_tf.export.graph_decoding import encoded_images


def write(
    generator: keras.Model,
    folder: pathlib.Path,
    settings: options.BytesSettings = options.BytesSettings(),  # noqa: B008
) -> None:
    """Writes a SavedModel.

    Args:
        generator: Model from photos to cartoons, both in [-1, 1].
        folder: Folder to write.
        settings: Settings of the signature for encoded pictures.
    """
    encoded = encoded_images.bytes_endpoint(generator, settings)
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
