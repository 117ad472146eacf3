"""Loading of models of every supported format.

A model is a `.keras` file (or a run's folder with `generator.keras`, or the
name of a shipped style), an `.npz` file with the authors' weights, a SavedModel
folder, a `.tflite` or an `.onnx` file, local or on the Hugging Face Hub. Each
becomes a function from a picture to its cartoon.
"""

import functools
import importlib
import pathlib
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from cartoongan_tf.core import crashes
from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import adapters
from cartoongan_tf.inference import litert_runtime
from cartoongan_tf.inference import model_paths
from cartoongan_tf.inference import remote_model
from cartoongan_tf.inference import saved_model_runtime
from cartoongan_tf.inference import styles
from cartoongan_tf.inference import tiling
from cartoongan_tf.nn import keras_settings
from cartoongan_tf.nn import networks
from cartoongan_tf.nn import official_weights

GENERATOR_FILE = "generator.keras"

_SUPPORTED_MODELS = (
    "give what export.py wrote, or a model that takes one RGB image, float32 "
    "in [-1, 1] or uint8, and gives another of its size."
)

Picture = np.ndarray  # uint8 RGB, (height, width, 3)


@keras_settings.fixed()
def load_generator(
    path: str | pathlib.Path,
    flag: str,
    classes: tuple[type, ...] = tuple(networks.GENERATORS.values()),
) -> keras.Model:
    """Loads a trained generator.

    Args:
        path: A `.keras` file, the folder of a run, a shipped style's name, an
            `.npz` file with the authors' weights, or a Hub address.
        flag: The flag that gave `path`, for messages.
        classes: Classes to accept.

    Raises:
        InputError: If there is no such file, or it holds another network.
    """
    path = pathlib.Path(model_paths.find(path, flag))
    if path.suffix == ".npz":
        return official_weights.convert_official_generator(path)
    if path.is_dir():
        path = path / GENERATOR_FILE
    return load_network(path, classes, flag)


def load_network(
    path: pathlib.Path, classes: tuple[type, ...], flag: str
) -> keras.Model:
    """Loads a network of one of the given classes from a `.keras` file.

    Raises:
        InputError: If there is no such file, or it holds something else.
    """
    if not path.is_file():
        raise errors.InputError(
            f"`{flag}`: {path} does not exist; give a .keras file, the "
            "`workdir` of a run that has ended, or the name of a shipped "
            f"style ({', '.join(styles.names())})."
        )
    try:
        network = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Third-party layers may raise anything.
        raise errors.InputError(
            f"`{flag}`: {path} is not a Keras model that can be read "
            f"({adapters.reason(error)}); {_SUPPORTED_MODELS}"
        ) from error
    if not isinstance(network, classes):
        raise _class_error(network, classes, path, flag)
    broken = adapters.first_nonfinite(network)
    if broken:
        raise errors.InputError(
            f"`{flag}`: {path} holds values in {broken} that are no numbers; "
            "get the file again, or train with lower rates."
        )
    return network


class Model:
    """A function from a picture to its cartoon, both uint8 RGB arrays.

    Args:
        cartoonize: The same, for pictures of at least 16 pixels a side.

    Call arguments:
        picture: Array of shape `(height, width, 3)`, or a batch of shape
            `(count, height, width, 3)`, which Keras networks compute at once.

    Returns:
        An array of the same shape.

    Raises:
        InputError: If a side is shorter than 16 pixels, or the artifact was
            not built for the picture's size.
    """

    def __init__(self, cartoonize: Callable):
        self._cartoonize = cartoonize

    def __call__(self, picture: Picture) -> Picture:
        min_side = model_interface.MINIMUM_SIDE
        height, width = picture.shape[-3:-1]
        if min(height, width) < min_side:
            raise errors.InputError(
                f"a picture of {width}x{height} pixels is too small; "
                f"{min_side} a side is the least."
            )
        is_network = isinstance(self._cartoonize, tiling.TiledGenerator)
        if picture.ndim == 4 and not is_network:
            return np.stack([self._cartoonize(each) for each in picture])
        return self._cartoonize(picture)

    @property
    def remembers_frames(self) -> bool:
        """Whether a frame's cartoon depends on the frames before it."""
        return self.for_video() is not self

    def for_video(self) -> "Model":
        """Returns a model for one video, with temporally smoothed norms."""
        if isinstance(self._cartoonize, tiling.TiledGenerator):
            stateful = self._cartoonize.for_video()
            return self if stateful is self._cartoonize else Model(stateful)
        return self


def open_model(
    path: str | pathlib.Path, flag: str, tile: int | None = None
) -> Model:
    """Opens a model of any supported format.

    Args:
        path: `.keras` file, folder of a run, SavedModel folder (or the parent
            of its versions, the highest of which is used), `.tflite`, `.onnx`
            or `.npz` file, a shipped style's name, a Hub address
            (`hub.fetch`), or the URL of a model behind TensorFlow Serving.
        flag: The flag that gave `path`, for messages.
        tile: Tile side of a Keras network, in pixels; None for its default.
            Other models run on whole pictures.

    Raises:
        InputError: If there is no such model, or it does not support tiles.
    """
    path = model_paths.find(path, flag)
    try:
        with crashes.handling(path):
            cartoonize = _open_artifact(path, flag)
            if cartoonize is None:
                network = load_generator(path, flag, (keras.Model,))
    except crashes.CrashError as error:
        raise errors.InputError(f"`{flag}`: {path} {error}") from error
    if cartoonize is None:
        if isinstance(network, tuple(networks.GENERATORS.values())):
            with keras_settings.fixed():
                return Model(tiling.TiledGenerator(network, tile))
        cartoonize = _foreign_network(network, path, flag)
    if tile is not None:
        raise errors.InputError(
            f"`tile` goes with .keras models and shipped styles; {path} works "
            "on whole pictures."
        )
    return Model(cartoonize)


def from_generator(generator: keras.Model) -> Callable:
    """Wraps a Keras generator as a function from picture to picture."""

    def cartoonize(picture: Picture) -> Picture:
        return pictures.apply_network(generator, picture[None])[0].numpy()

    return cartoonize


def from_session(
    model: saved_model_runtime.SessionModel,
    signature: str = model_interface.UINT8,
) -> Callable:
    """Wraps a signature of a SavedModel in the same way."""

    def cartoonize(picture: Picture) -> Picture:
        if model.dtype(signature).hasobject:  # It takes encoded pictures.
            encoded = np.array([pictures.encode_png(picture)], object)
            outputs = model.run(signature, encoded)
            return tf.io.decode_image(outputs[0], 3).numpy()
        run = functools.partial(model.cartoonize, signature)
        return adapters.run_on_picture(run, model.dtype(signature), picture)

    return cartoonize


def from_litert(path: pathlib.Path, threads: int | None = None) -> Callable:
    """Opens a `.tflite` file in the same way."""
    return _by_size(litert_runtime.LitertModel(path, threads), path)


def from_onnx(path: pathlib.Path) -> Callable:
    """Opens an `.onnx` file in the same way."""
    # onnxruntime is an extra.
    onnx_models = importlib.import_module(
        "cartoongan_tf.inference.onnx_runtime"
    )
    return _by_size(onnx_models.OnnxModel(path), path)


def _open_artifact(path, flag):
    """Opens a model that is no Keras network; returns None for Keras."""
    if remote_model.is_address(path):
        return remote_model.ServedModel(path)
    saved_model = saved_model_runtime.find(path)
    if saved_model:
        return _open_checked(_open_session, saved_model, flag)
    if path.suffix == ".tflite":
        return _open_checked(from_litert, path, flag)
    if path.suffix == ".onnx":
        return _open_checked(from_onnx, path, flag)
    return None


def _open_session(folder):
    saved_model_runtime.warn_of_foreign(folder)
    model = saved_model_runtime.SessionModel(folder)
    return from_session(model, model.image_signature())


def _foreign_network(network, path, flag):
    """Wraps a third-party network as a function from picture to picture."""
    if not hasattr(network, "inputs"):  # A subclassed model.
        classes = tuple(networks.GENERATORS.values())
        raise _class_error(network, classes, path, flag)
    return _open_checked(lambda _: adapters.from_network(network), path, flag)


def _class_error(network, classes, path, flag):
    wanted = " or ".join(each.__name__ for each in classes)
    return errors.InputError(
        f"`{flag}`: {path} holds a network of the class "
        f"{type(network).__name__}, not of {wanted}; name another file."
    )


def _open_checked(open_model, path, flag):
    try:
        return open_model(path)
    except ImportError as error:
        raise errors.InputError(
            f"`{flag}`: {path} needs {error.name}; "
            f"{errors.install_hint('onnx')}."
        ) from error
    except (
        AttributeError,
        KeyError,
        OSError,
        RuntimeError,
        TypeError,
        ValueError,
        tf.errors.OpError,
    ) as error:
        raise errors.InputError(
            f"`{flag}`: {path} cannot be run ({adapters.reason(error)}); "
            f"{_SUPPORTED_MODELS}"
        ) from error


def _by_size(model, path):
    def cartoonize(picture: Picture) -> Picture:
        height, width, _ = picture.shape
        size = model_interface.signature_of((width, height))
        for signature in (size, model_interface.ANY_SIZE):
            if signature in model.signatures:
                run = functools.partial(model.run, signature)
                return adapters.run_on_picture(
                    run, model.dtype(signature), picture
                )
        raise errors.InputError(
            f"{path} takes pictures of {' and '.join(model.signatures)} "
            f"pixels, not of {size}; for any size use a .keras file, a "
            "SavedModel, or a file exported with `sizes`=any."
        )

    return cartoonize
