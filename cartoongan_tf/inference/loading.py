"""Opening whatever can turn a photo into a cartoon.

A `.keras` file (or the folder of a run, which holds `generator.keras`, or the
name of a shipped style), the authors' weights as an `.npz` file, a SavedModel
folder, a `.tflite` or an `.onnx` file, here or on the Hugging Face Hub. All
become functions from a picture to its cartoon.
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

_WANTED = (
    "give what export.py wrote, or a model that takes one RGB image, float32 "
    "in [-1, 1] or uint8, and gives another of its size."
)

Picture = np.ndarray  # uint8 RGB, (height, width, 3)


@keras_settings.fixed()
def load_generator(
    path: str | pathlib.Path,
    flag: str,
    kinds: tuple[type, ...] = tuple(networks.GENERATORS.values()),
) -> keras.Model:
    """Loads a trained generator.

    Args:
        path: A `.keras` file, the folder of a run, a shipped style's name, an
            `.npz` file with the authors' weights, or an address of the Hub.
        flag: The flag that gave `path`, for messages.
        kinds: Classes that it may be of.

    Raises:
        InputError: If there is none, or it is another network.
    """
    path = pathlib.Path(model_paths.find(path, flag))
    if path.suffix == ".npz":
        return official_weights.convert_official_generator(path)
    if path.is_dir():
        path = path / GENERATOR_FILE
    return load_network(path, kinds, flag)


def load_network(
    path: pathlib.Path, kinds: tuple[type, ...], flag: str
) -> keras.Model:
    """Loads a `.keras` file that must hold a network of one of some classes.

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
    except Exception as error:  # Of layers of other people, anything.
        raise errors.InputError(
            f"`{flag}`: {path} is not a Keras model that can be read "
            f"({adapters.reason(error)}); {_WANTED}"
        ) from error
    if not isinstance(network, kinds):
        raise _of_other_class(network, kinds, path, flag)
    broken = adapters.not_finite(network)
    if broken:
        raise errors.InputError(
            f"`{flag}`: {path} holds values in {broken} that are no numbers; "
            "get the file again, or train with lower rates."
        )
    return network


class Model:
    """A function from a picture to its cartoon, both uint8 RGB arrays.

    Args:
        cartoonize: The same for pictures of 16 pixels a side and more.

    Call arguments:
        picture: Array of shape `(height, width, 3)`, or several of one size,
            `(count, height, width, 3)`, which Keras networks compute at once.

    Returns:
        An array of the same shape.

    Raises:
        InputError: For a picture below 16 pixels a side, and for one of a size
            that the artifact was not built for.
    """

    def __init__(self, cartoonize: Callable):
        self._cartoonize = cartoonize

    def __call__(self, picture: Picture) -> Picture:
        least = model_interface.MINIMUM_SIDE
        height, width = picture.shape[-3:-1]
        if min(height, width) < least:
            raise errors.InputError(
                f"a picture of {width}x{height} pixels is too small; {least} "
                "a side is the least."
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
        """The same for frames of one video, in which norms change slowly."""
        if isinstance(self._cartoonize, tiling.TiledGenerator):
            made = self._cartoonize.for_video()
            return self if made is self._cartoonize else Model(made)
        return self


def open_model(
    path: str | pathlib.Path, flag: str, tile: int | None = None
) -> Model:
    """Opens any of the kinds.

    Args:
        path: `.keras` file, folder of a run, SavedModel folder (or the folder
            of its versions, of which the highest is taken), `.tflite`,
            `.onnx` or `.npz` file, a shipped style's name, an address of the
            Hub (`hub.fetch`), or the URL of a model that TensorFlow Serving
            serves.
        flag: The flag that gave `path`, for messages.
        tile: Side of the tiles that a Keras network works in; None for its
            own. Others work on whole pictures.

    Raises:
        InputError: If there is no such model, or it knows no tiles.
    """
    path = model_paths.find(path, flag)
    try:
        with crashes.handling(path):
            cartoonize = _artifact(path, flag)
            if cartoonize is None:
                network = load_generator(path, flag, (keras.Model,))
    except crashes.EndsProcess as error:
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
        if model.dtype(signature).hasobject:  # Of encoded pictures.
            encoded = np.array([pictures.encode_png(picture)], object)
            answer = model.run(signature, encoded)
            return tf.io.decode_image(answer[0], 3).numpy()
        run = functools.partial(model.cartoonize, signature)
        return adapters.cartoon_of(run, model.dtype(signature), picture)

    return cartoonize


def from_litert(path: pathlib.Path, threads: int | None = None) -> Callable:
    """Opens a `.tflite` file in the same way."""
    return _sized(litert_runtime.LitertModel(path, threads), path)


def from_onnx(path: pathlib.Path) -> Callable:
    """Opens an `.onnx` file in the same way."""
    # onnxruntime is an extra.
    onnx_models = importlib.import_module(
        "cartoongan_tf.inference.onnx_runtime"
    )
    return _sized(onnx_models.OnnxModel(path), path)


def _artifact(path, flag):
    """Opens what is no Keras network; None for what is one."""
    if remote_model.is_address(path):
        return remote_model.ServedModel(path)
    saved_model = saved_model_runtime.find(path)
    if saved_model:
        return _opened(_open_session, saved_model, flag)
    if path.suffix == ".tflite":
        return _opened(from_litert, path, flag)
    if path.suffix == ".onnx":
        return _opened(from_onnx, path, flag)
    return None


def _open_session(folder):
    saved_model_runtime.warn_of_foreign(folder)
    model = saved_model_runtime.SessionModel(folder)
    return from_session(model, model.image_signature())


def _foreign_network(network, path, flag):
    """A function from picture to picture of a network that is not ours."""
    if not hasattr(network, "inputs"):  # Of a class of its own.
        kinds = tuple(networks.GENERATORS.values())
        raise _of_other_class(network, kinds, path, flag)
    return _opened(lambda _: adapters.from_network(network), path, flag)


def _of_other_class(network, kinds, path, flag):
    wanted = " or ".join(kind.__name__ for kind in kinds)
    return errors.InputError(
        f"`{flag}`: {path} holds a network of the class "
        f"{type(network).__name__}, not of {wanted}; name another file."
    )


def _opened(open_model, path, flag):
    try:
        return open_model(path)
    except ImportError as error:
        raise errors.InputError(
            f"`{flag}`: {path} needs {error.name}; install it with `pip "
            "install 'cartoongan-tf[onnx]'`."
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
            f"{_WANTED}"
        ) from error


def _sized(model, path):
    def cartoonize(picture: Picture) -> Picture:
        height, width, _ = picture.shape
        size = model_interface.signature_of((width, height))
        for signature in (size, model_interface.ANY_SIZE):
            if signature in model.signatures:
                run = functools.partial(model.run, signature)
                return adapters.cartoon_of(run, model.dtype(signature), picture)
        raise errors.InputError(
            f"{path} takes pictures of {' and '.join(model.signatures)} "
            f"pixels, not of {size}; for any size use a .keras file, a "
            "SavedModel, or a file exported with `sizes`=any."
        )

    return cartoonize
