"""Trained generator -> SavedModel -> LiteRT.

One contract for both: RGB, channels last, uint8 in and out, pictures of any
size of at least 16 pixels a side, signature `uint8`, input `image`, output
`cartoon`. Callers never learn that the network works in [-1, 1].

Nothing is called written before it has been loaded as its users load it and
has agreed with the Keras model on a photo of odd height and width.
"""

import pathlib
from collections.abc import Callable

import keras
import numpy as np
import skimage.data
import tensorflow as tf

from cartoongan_tf import artifacts
from cartoongan_tf import files
from cartoongan_tf import pictures

SAVED_MODEL = "saved_model/1"
LITERT_FILE = "cartoongan.tflite"

_BYTES = 4  # In a float32.
_LARGEST_ERROR = 1  # of 255: a tie may round either way


def export_saved_model(
    generator: keras.Model, directory: str | pathlib.Path
) -> pathlib.Path:
    """Writes a SavedModel, whole and checked, or not at all.

    Args:
        generator: Photos to cartoons, both in [-1, 1].
        directory: Folder to write. One that is already there is replaced.

    Returns:
        The folder.

    Raises:
        RuntimeError: If what was written does not agree with `generator`.
    """
    directory = pathlib.Path(directory)
    with files.written_whole(directory) as draft:
        _write_saved_model(generator, draft)
        _check(draft, generator, directory)
    return directory


def convert_to_litert(
    generator: keras.Model,
    saved_model: str | pathlib.Path,
    path: str | pathlib.Path,
) -> pathlib.Path:
    """Converts a SavedModel to a `.tflite` file, checked or not at all.

    Args:
        generator: The generator that the SavedModel was written from.
        saved_model: Folder that `export_saved_model` wrote.
        path: File to write.

    Returns:
        The file.

    Raises:
        RuntimeError: If what was written does not agree with `generator`.
    """
    path = pathlib.Path(path)
    converter = tf.lite.TFLiteConverter.from_saved_model(
        str(saved_model), signature_keys=[artifacts.SIGNATURE]
    )
    with files.written_whole(path) as draft:
        draft.write_bytes(converter.convert())
        _check(draft, generator, path)
    return path


def _write_saved_model(generator, directory):
    def uint8(image):
        cartoons = generator(pictures.to_network(image), training=False)
        return {artifacts.OUTPUT: pictures.to_pixels(cartoons)}

    archive = keras.export.ExportArchive()
    # No `track()`: with it, Keras writes every weight twice.
    archive.add_endpoint(
        artifacts.SIGNATURE,
        uint8,
        input_signature=[
            tf.TensorSpec((None, None, None, 3), tf.uint8, name=artifacts.INPUT)
        ],
    )
    archive.write_out(str(directory), verbose=False)


def _check(draft, generator, path):
    """Converters have been seen to leave the weights out without a word."""
    weights = _BYTES * generator.count_params()
    if _size(draft) < weights:
        raise RuntimeError(
            f"{path} came out with {_size(draft)} bytes for {weights} bytes "
            "of weights; it has been removed."
        )
    error = _largest_error(
        artifacts.open_model(draft, "output"),
        artifacts.from_generator(generator),
    )
    if error > _LARGEST_ERROR:
        raise RuntimeError(
            f"{path} differs from the Keras model by up to {error} of 255; "
            "it has been removed."
        )


def _largest_error(cartoonize: Callable, reference: Callable) -> int:
    photo = np.ascontiguousarray(skimage.data.chelsea()[40:197, 60:271])
    difference = cartoonize(photo).astype(int) - reference(photo)
    return int(np.abs(difference).max())


def _size(path):
    parts = path.rglob("*") if path.is_dir() else [path]
    return sum(part.stat().st_size for part in parts if part.is_file())
