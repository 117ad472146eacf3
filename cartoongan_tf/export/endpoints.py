"""Endpoints of a generator inside of an artifact, and their writing."""

import pathlib
from collections.abc import Callable
from collections.abc import Mapping

import keras
import tensorflow as tf

from cartoongan_tf.core import model_interface
from cartoongan_tf.images import pictures

Endpoint = tuple[Callable, tf.TensorSpec]  # a function, and its one input


def on_pixels(generator: keras.Model, *sides: int | None) -> Endpoint:
    """Takes and gives `uint8`, 0 to 255.

    Args:
        generator: Photos to cartoons, both in [-1, 1].
        *sides: Batch, height and width; None for any.
    """

    def endpoint(image):
        return {
            model_interface.CARTOON: pictures.apply_network(generator, image)
        }

    return endpoint, tf.TensorSpec((*sides, 3), tf.uint8, model_interface.IMAGE)


def on_range(generator: keras.Model, *sides: int | None) -> Endpoint:
    """Takes and gives `float32`, -1 to 1; arguments as of `on_pixels`."""

    def endpoint(image):
        return {model_interface.CARTOON: generator(image, training=False)}

    return endpoint, tf.TensorSpec(
        (*sides, 3), tf.float32, model_interface.IMAGE
    )


def write(
    folder: str | pathlib.Path, endpoints: Mapping[str, Endpoint]
) -> None:
    """Writes a SavedModel with an endpoint for each name."""
    # No `track()`: with it, Keras writes every weight twice. A `tf.Module`
    # that holds the generator would lose all of them without a word.
    archive = keras.export.ExportArchive()
    for name, (function, image) in endpoints.items():
        archive.add_endpoint(name, function, input_signature=[image])
    archive.write_out(str(folder), verbose=False)
