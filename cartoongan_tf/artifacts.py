"""Opening what training and export leave behind.

Three kinds: a `.keras` file (or the folder of a run, which holds
`generator.keras`), a SavedModel folder, a `.tflite` file. All take and give
uint8 RGB pictures of any size of at least 16 pixels a side.
"""

import os
import pathlib
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from cartoongan_tf import convolutions
from cartoongan_tf import errors
from cartoongan_tf import networks
from cartoongan_tf import pictures

GENERATOR_FILE = "generator.keras"
SIGNATURE = "uint8"
INPUT = "image"
OUTPUT = "cartoon"

Picture = np.ndarray  # uint8 RGB, (height, width, 3)


def load_generator(path: str | pathlib.Path, flag: str) -> keras.Model:
    """Loads a trained generator.

    Args:
        path: A `.keras` file, or the folder of a run.
        flag: The flag that gave `path`, for messages.

    Raises:
        InputError: If there is none, or it is another network.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        path = path / GENERATOR_FILE
    return load_network(path, tuple(networks.GENERATORS.values()), flag)


def load_network(
    path: pathlib.Path, kinds: tuple[type, ...], flag: str
) -> keras.Model:
    """Loads a `.keras` file that must hold a network of one of some classes.

    Raises:
        InputError: If there is no such file, or it holds something else.
    """
    if not path.is_file():
        raise errors.InputError(
            f"{flag}: {path} does not exist; give a .keras file, or the "
            "--workdir of a run that has ended."
        )
    try:
        network = keras.saving.load_model(path)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise errors.InputError(
            f"{flag}: {path} is not a Keras model that can be read "
            f"({str(error).splitlines()[0]})."
        ) from error
    if not isinstance(network, kinds):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        raise errors.InputError(
            f"{flag}: {path} holds a {type(network).__name__}, not a {wanted}."
        )
    return network


def open_model(path: str | pathlib.Path, flag: str) -> Callable:
    """Opens any of the three kinds.

    Args:
        path: `.keras` file, folder of a run, SavedModel folder (or the folder
            of its versions, of which the highest is taken), `.tflite` file.
        flag: The flag that gave `path`, for messages.

    Returns:
        A function from a picture to its cartoon, both uint8 RGB arrays of
        shape `(height, width, 3)`. It raises `InputError` for a picture below
        16 pixels a side.

    Raises:
        InputError: If there is no such model.
    """
    path = pathlib.Path(path)
    saved_model = _saved_model_folder(path)
    if saved_model:
        cartoonize = _open_saved_model(saved_model, flag)
    elif path.suffix == ".tflite":
        cartoonize = _open_litert(path, flag)
    else:
        cartoonize = from_generator(load_generator(path, flag))

    def checked(picture: Picture) -> Picture:
        least = convolutions.MINIMUM_SIDE
        if min(picture.shape[:2]) < least:
            raise errors.InputError(
                f"a picture of {picture.shape[1]}x{picture.shape[0]} pixels "
                f"is too small; {least} a side is the least."
            )
        return cartoonize(picture)

    return checked


def from_generator(generator: keras.Model) -> Callable:
    """Wraps a Keras generator as a function from picture to picture."""

    def cartoonize(picture: Picture) -> Picture:
        cartoons = generator(pictures.to_network(picture[None]))
        return pictures.to_pixels(cartoons)[0].numpy()

    return cartoonize


def _saved_model_folder(path):
    if (path / "saved_model.pb").is_file():
        return path
    versions = [
        int(file.parent.name)
        for file in path.glob("*/saved_model.pb")
        if file.parent.name.isdigit()
    ]
    return path / str(max(versions)) if versions else None


def _open_saved_model(folder, flag):
    try:
        loaded = tf.saved_model.load(str(folder))
        loaded.signatures[SIGNATURE]
    except (OSError, KeyError, tf.errors.OpError) as error:
        raise errors.InputError(
            f"{flag}: {folder} is not a SavedModel of export.py "
            f"({str(error).splitlines()[0]})."
        ) from error

    def cartoonize(picture: Picture) -> Picture:
        # A signature alone does not keep the weights of its model alive.
        signature = loaded.signatures[SIGNATURE]
        result = signature(**{INPUT: tf.constant(picture[None])})
        return result[OUTPUT].numpy()[0]

    return cartoonize


def _open_litert(path, flag):
    try:
        interpreter = Interpreter(str(path), num_threads=os.cpu_count())
        run = interpreter.get_signature_runner(SIGNATURE)
    except (OSError, ValueError, RuntimeError) as error:
        raise errors.InputError(
            f"{flag}: {path} is not a .tflite file of export.py "
            f"({str(error).splitlines()[0]})."
        ) from error

    def cartoonize(picture: Picture) -> Picture:
        return run(**{INPUT: picture[None]})[OUTPUT][0]

    return cartoonize
