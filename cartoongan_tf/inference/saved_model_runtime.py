"""SavedModels in the session that TensorFlow Serving runs them in.

`tf.saved_model.load` is more forgiving: models have been seen that it runs and
that a server cannot.
"""

import contextlib
import pathlib

import numpy as np
import tensorflow as tf

from cartoongan_tf.core import model_interface
from cartoongan_tf.inference import image_layout


class SessionModel:
    """A SavedModel, loaded as TensorFlow Serving loads it.

    Args:
        folder: Folder that holds `saved_model.pb`.

    Attributes:
        signatures: Names of its signatures.

    Raises:
        OSError: If there is no SavedModel.
        tf.errors.OpError: If it cannot be loaded.
    """

    def __init__(self, folder: str | pathlib.Path) -> None:
        options = tf.compat.v1.ConfigProto()
        options.gpu_options.allow_growth = True
        self._session = tf.compat.v1.Session(graph=tf.Graph(), config=options)
        with _without_warnings():
            loaded = tf.compat.v1.saved_model.load(
                self._session, [tf.saved_model.SERVING], str(folder)
            )
        self._signatures = {
            name: definition
            for name, definition in loaded.signature_def.items()
            if not name.startswith("__")  # of TensorFlow's own
        }
        self.signatures = sorted(self._signatures)

    def image_signature(self) -> str:
        """Name of the signature that takes an image and gives another.

        Raises:
            ValueError: If there is none.
        """
        if model_interface.UINT8 in self._signatures:
            return model_interface.UINT8
        reason = "it has no signature"
        for name in self.signatures:
            try:
                self._layouts(name)
            except ValueError as error:
                reason = f"of its signature {name}, {error}"
            else:
                return name
        raise ValueError(reason)

    def cartoonize(self, signature: str, batch: np.ndarray) -> np.ndarray:
        """As `run`, for images that may lie with their channels first."""
        source, result = self._layouts(signature)
        return result.shown(self.run(signature, source.stored(batch)))

    def _layouts(self, signature):
        definition = self._signatures[signature]
        return image_layout.of(
            _tensors(definition.inputs), _tensors(definition.outputs)
        )

    def dtype(self, signature: str) -> np.dtype:
        """Of the photos of a signature."""
        (source,) = self._signatures[signature].inputs.values()
        return np.dtype(tf.as_dtype(source.dtype).as_numpy_dtype)

    def run(self, signature: str, batch: np.ndarray) -> np.ndarray:
        """Gives the one output of a signature for its one input.

        Raises:
            tf.errors.OpError: As the server would answer.
        """
        definition = self._signatures[signature]
        (source,) = definition.inputs.values()
        (result,) = definition.outputs.values()
        return self._session.run(result.name, {source.name: batch})


def _tensors(definitions):
    return [
        (
            tf.TensorShape(definition.tensor_shape).rank
            and tf.TensorShape(definition.tensor_shape).as_list(),
            tf.as_dtype(definition.dtype).as_numpy_dtype,
        )
        for definition in definitions.values()
    ]


@contextlib.contextmanager
def _without_warnings():
    """TensorFlow calls its first loader, which servers have, deprecated."""
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("ERROR")
    try:
        yield
    finally:
        logger.setLevel(level)
