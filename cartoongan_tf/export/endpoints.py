"""SavedModel endpoints of a generator."""

import pathlib
from collections.abc import Callable
from collections.abc import Mapping

import keras
import tensorflow as tf

from cartoongan_tf.core import model_interface
from cartoongan_tf.images import pictures

Endpoint = tuple[Callable, tf.TensorSpec]  # A function and its input.


def on_pixels(generator: keras.Model, *sides: int | None) -> Endpoint:
    """Makes an endpoint with uint8 input and output, 0 to 255.

    Args:
        generator: Model from photos to cartoons, both in [-1, 1].
        *sides: Batch, height and width; None for any.
    """

    def endpoint(image):
        return {
            model_interface.CARTOON: pictures.apply_network(generator, image)
        }

    return endpoint, tf.TensorSpec((*sides, 3), tf.uint8, model_interface.IMAGE)


def on_range(generator: keras.Model, *sides: int | None) -> Endpoint:
    """Makes an endpoint with float32 in [-1, 1]; arguments as `on_pixels`."""

    def endpoint(image):
        return {model_interface.CARTOON: generator(image, training=False)}

    return endpoint, tf.TensorSpec(
        (*sides, 3), tf.float32, model_interface.IMAGE
    )


def write(
    folder: str | pathlib.Path, endpoints: Mapping[str, Endpoint]
) -> None:
    """Writes a SavedModel with the given endpoints by name."""
    # No `track()`: with it, Keras writes every weight twice. A `tf.Module`
    # with the generator would silently lose all of them.
    archive = keras.export.ExportArchive()
    for name, (function, image) in endpoints.items():
        archive.add_endpoint(name, function, input_signature=[image])
    archive.write_out(str(folder), verbose=False)
