"""SavedModels in the session that TensorFlow Serving runs them in.

`tf.saved_model.load` is more forgiving: models have been seen that it runs and
that a server cannot.
"""

import contextlib
import pathlib
import sys

import numpy as np
import tensorflow as tf
from google.protobuf import message
from tensorflow.core.protobuf import saved_model_pb2

from cartoongan_tf.core import model_interface
from cartoongan_tf.inference import image_layout

_FILE = "saved_model.pb"
_OWN_PREFIX = "__"  # Of TensorFlow's own signatures.
_OURS = {
    model_interface.BYTES,
    model_interface.FLOAT32,
    model_interface.UINT8,
}


def find(path: pathlib.Path) -> pathlib.Path | None:
    """The folder of a SavedModel, or the highest of its versions, if any."""
    if (path / _FILE).is_file():
        return path
    versions = [
        int(file.parent.name)
        for file in path.glob(f"*/{_FILE}")
        if file.parent.name.isdigit()
    ]
    return path / str(max(versions)) if versions else None


def warn_of_foreign(folder: pathlib.Path) -> None:
    """Says before a SavedModel is loaded, and so run, what it is.

    Nothing is said of one with the signatures that the exporter writes.

    Raises:
        OSError: If it cannot be read.
        ValueError: If its file is damaged.
    """
    try:
        parsed = saved_model_pb2.SavedModel.FromString(
            (folder / _FILE).read_bytes()
        )
    except message.DecodeError as error:
        raise ValueError(str(error)) from error
    found = {n for graph in parsed.meta_graphs for n in graph.signature_def}
    if {name for name in found if not name.startswith(_OWN_PREFIX)} != _OURS:
        print(
            f"Note: {folder} is a SavedModel that export.py did not write. "
            "SavedModels are programs, which may read and write files; run "
            "only those whose source you trust.",
            file=sys.stderr,
        )


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
            if not name.startswith(_OWN_PREFIX)
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
            None
            if each.tensor_shape.unknown_rank
            else [side.size for side in each.tensor_shape.dim],
            tf.as_dtype(each.dtype).as_numpy_dtype,
        )
        for each in definitions.values()
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
