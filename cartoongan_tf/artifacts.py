"""Opening whatever can turn a photo into a cartoon.

A `.keras` file (or the folder of a run, which holds `generator.keras`, or the
name of a shipped style), the authors' weights as an `.npz` file, a SavedModel
folder, a `.tflite` or an `.onnx` file. All become functions from a picture to
its cartoon.
"""

import importlib
import pathlib
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from cartoongan_tf import contract
from cartoongan_tf import errors
from cartoongan_tf import litert_models
from cartoongan_tf import networks
from cartoongan_tf import pictures
from cartoongan_tf import porting
from cartoongan_tf import session_models
from cartoongan_tf import styles

GENERATOR_FILE = "generator.keras"

Picture = np.ndarray  # uint8 RGB, (height, width, 3)


def load_generator(path: str | pathlib.Path, flag: str) -> keras.Model:
    """Loads a trained generator.

    Args:
        path: A `.keras` file, the folder of a run, a shipped style's name, or
            an `.npz` file with the authors' weights.
        flag: The flag that gave `path`, for messages.

    Raises:
        InputError: If there is none, or it is another network.
    """
    path = styles.find(path)
    if path.suffix == ".npz":
        return porting.port_official_generator(path)
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
            f"{flag}: {path} does not exist; give a .keras file, the "
            "--workdir of a run that has ended, or the name of a shipped "
            f"style ({', '.join(styles.names())})."
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
    """Opens any of the kinds.

    Args:
        path: `.keras` file, folder of a run, SavedModel folder (or the folder
            of its versions, of which the highest is taken), `.tflite`,
            `.onnx` or `.npz` file, or a shipped style's name.
        flag: The flag that gave `path`, for messages.

    Returns:
        A function from a picture to its cartoon, both uint8 RGB arrays of
        shape `(height, width, 3)`. It raises `InputError` for a picture below
        16 pixels a side, and for one of a size that the artifact was not
        built for.

    Raises:
        InputError: If there is no such model.
    """
    path = styles.find(path)
    saved_model = _saved_model_folder(path)
    if saved_model:
        cartoonize = _opened(_open_session, saved_model, flag)
    elif path.suffix == ".tflite":
        cartoonize = _opened(from_litert, path, flag)
    elif path.suffix == ".onnx":
        cartoonize = _opened(from_onnx, path, flag)
    else:
        cartoonize = from_generator(load_generator(path, flag))

    def checked(picture: Picture) -> Picture:
        least = contract.MINIMUM_SIDE
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


def from_session(
    model: session_models.SessionModel, signature: str = contract.UINT8
) -> Callable:
    """Wraps a signature of a SavedModel in the same way."""

    def cartoonize(picture: Picture) -> Picture:
        if signature == contract.BYTES:
            encoded = np.array([pictures.encode_png(picture)], object)
            answer = model.run(signature, encoded)
            return tf.io.decode_image(answer[0], 3).numpy()
        return _in_range(model, signature, picture)

    return cartoonize


def from_litert(path: pathlib.Path, threads: int | None = None) -> Callable:
    """Opens a `.tflite` file in the same way."""
    return _sized(litert_models.LitertModel(path, threads), path)


def from_onnx(path: pathlib.Path) -> Callable:
    """Opens an `.onnx` file in the same way."""
    # onnxruntime is an extra.
    onnx_models = importlib.import_module("cartoongan_tf.onnx_models")
    return _sized(onnx_models.OnnxModel(path), path)


def _open_session(folder):
    model = session_models.SessionModel(folder)
    model.dtype(contract.UINT8)
    return from_session(model)


def _opened(open_model, path, flag):
    try:
        return open_model(path)
    except ImportError as error:
        raise errors.InputError(
            f"{flag}: {path} needs {error.name}; install it with `pip install "
            "-r requirements-onnx.txt`."
        ) from error
    except (OSError, KeyError, ValueError, RuntimeError, tf.errors.OpError) as error:
        raise errors.InputError(
            f"{flag}: {path} is not an artifact of export.py "
            f"({str(error).splitlines()[0]})."
        ) from error


def _sized(model, path):
    def cartoonize(picture: Picture) -> Picture:
        height, width, _ = picture.shape
        size = contract.signature_of((width, height))
        for signature in (size, contract.ANY_SIZE):
            if signature in model.signatures:
                return _in_range(model, signature, picture)
        raise errors.InputError(
            f"{path} takes pictures of {' and '.join(model.signatures)} "
            f"pixels, not of {size}; for any size use a .keras file, a "
            "SavedModel, or a file exported with --sizes=any."
        )

    return cartoonize


def _in_range(model, signature, picture):
    if model.dtype(signature) == np.uint8:
        return model.run(signature, picture[None])[0]
    photo = pictures.to_network(picture[None]).numpy()
    return pictures.to_pixels(model.run(signature, photo))[0].numpy()


def _saved_model_folder(path):
    if (path / "saved_model.pb").is_file():
        return path
    versions = [
        int(file.parent.name)
        for file in path.glob("*/saved_model.pb")
        if file.parent.name.isdigit()
    ]
    return path / str(max(versions)) if versions else None
