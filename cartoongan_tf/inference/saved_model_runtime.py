"""SavedModels, run in a session as TensorFlow Serving does.

`tf.saved_model.load` is more lenient: it runs some models that a server cannot.
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
_INTERNAL_PREFIX = "__"  # TensorFlow's own signatures.
_EXPORTED_SIGNATURES = {
    model_interface.BYTES,
    model_interface.FLOAT32,
    model_interface.UINT8,
}


def find(path: pathlib.Path) -> pathlib.Path | None:
    """Returns a SavedModel's folder, or its highest version's; None if none."""
    if (path / _FILE).is_file():
        return path
    folders = (file.parent for file in path.glob(f"*/{_FILE}"))
    versions = [each for each in folders if each.name.isdecimal()]
    return max(versions, key=lambda each: int(each.name), default=None)


def warn_of_foreign(folder: pathlib.Path) -> None:
    """Warns that a third-party SavedModel is code, before it is loaded.

    SavedModels with exactly the exporter's signatures give no warning.

    Raises:
        OSError: If the file cannot be read.
        ValueError: If the file is damaged.
    """
    try:
        parsed = saved_model_pb2.SavedModel.FromString(
            (folder / _FILE).read_bytes()
        )
    except message.DecodeError as error:
        raise ValueError(str(error)) from error
    found = {n for graph in parsed.meta_graphs for n in graph.signature_def}
    if {
        name for name in found if not name.startswith(_INTERNAL_PREFIX)
    } != _EXPORTED_SIGNATURES:
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
        signatures: Signature names, sorted.

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
            if not name.startswith(_INTERNAL_PREFIX)
        }
        self.signatures = sorted(self._signatures)

    def image_signature(self) -> str:
        """Returns the name of an image-to-image signature.

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
        """Like `run`, but also for channels-first signatures."""
        source, result = self._layouts(signature)
        return result.from_model(self.run(signature, source.to_model(batch)))

    def _layouts(self, signature):
        definition = self._signatures[signature]
        return image_layout.infer(
            _tensors(definition.inputs), _tensors(definition.outputs)
        )

    def dtype(self, signature: str) -> np.dtype:
        """Dtype of a signature's photos."""
        (source,) = self._signatures[signature].inputs.values()
        return np.dtype(tf.as_dtype(source.dtype).as_numpy_dtype)

    def run(self, signature: str, batch: np.ndarray) -> np.ndarray:
        """Computes a signature's only output from its only input.

        Raises:
            tf.errors.OpError: The error that a server would return.
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
    """Hides the deprecation warning of the loader that servers use."""
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("ERROR")
    try:
        yield
    finally:
        logger.setLevel(level)
