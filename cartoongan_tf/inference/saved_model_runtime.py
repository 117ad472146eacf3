"""SavedModels in the session that TensorFlow Serving runs them in.

`tf.saved_model.load` is more forgiving: models have been seen that it runs and
that a server cannot.
"""

import contextlib
import pathlib

import numpy as np
import tensorflow as tf


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
