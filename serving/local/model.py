"""One version of a model from `export.py`, loaded as in TensorFlow Serving.

Uses a TensorFlow 1 session: `tf.saved_model.load` is more lenient and runs
models that TensorFlow Serving cannot. Each signature has one input, of strings,
uint8 or float32, and one output.
"""

import contextlib
import pathlib

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import prediction_log_pb2

from . import errors

DEFAULT_SIGNATURE = tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY
_TYPES = (tf.string, tf.uint8, tf.float32)
_WARMUP_FILE = "assets.extra/tf_serving_warmup_requests"


class Model:
    """A loaded model version; `run` is thread-safe.

    The constructor runs the warm-up requests. The session is closed with the
    last reference to the object.

    Args:
        folder: Folder with `saved_model.pb`; its name is the version number.

    Attributes:
        number: Version number.
        signatures: Signature definitions by name, including TensorFlow's own.

    Raises:
        Exception: Of any type, if the model is damaged, is not from
            `export.py`, or a warm-up request fails.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self.number = int(folder.name)
        options = tf.compat.v1.ConfigProto()
        options.gpu_options.allow_growth = True
        self._session = tf.compat.v1.Session(graph=tf.Graph(), config=options)
        with _without_deprecation_warnings():
            loaded = tf.compat.v1.saved_model.load(
                self._session, [tf.saved_model.SERVING], str(folder)
            )
            self.signatures: dict[str, meta_graph_pb2.SignatureDef] = dict(
                loaded.signature_def
            )
            self._check_signatures()
            self._warm_up(folder / _WARMUP_FILE)

    def signature(self, name: str) -> meta_graph_pb2.SignatureDef:
        """Returns the definition of a signature.

        Raises:
            RequestError: If there is no signature of that name.
        """
        # Names with two leading underscores are internal to TensorFlow.
        if name not in self.signatures or name.startswith("__"):
            raise errors.RequestError(
                f'Serving signature name: "{name}" not found in signature def'
            )
        return self.signatures[name]

    def run(
        self,
        name: str,
        value: np.ndarray,
        timeout_seconds: float | None = None,
    ) -> tuple[str, np.ndarray]:
        """Runs a signature.

        Args:
            name: Name of the signature.
            value: Input of the signature's type; strings as objects.
            timeout_seconds: Timeout of the run, in seconds.

        Returns:
            Name and value of the output.

        Raises:
            RequestError: If the model rejects the input or takes too long.
        """
        signature = self.signature(name)
        ((alias, source),) = signature.inputs.items()
        ((output, result),) = signature.outputs.items()
        _check_shape(alias, source.tensor_shape, value)
        options = tf.compat.v1.RunOptions()
        if timeout_seconds is not None:
            options.timeout_in_ms = max(1, int(1000 * timeout_seconds))
        try:
            found = self._session.run(
                result.name, {source.name: value}, options
            )
        except tf.errors.OpError as error:
            raise errors.from_tensorflow(error) from error
        dtype = tf.as_dtype(result.dtype).as_numpy_dtype
        return output, np.asarray(found, dtype)

    def _check_signatures(self):
        for name, each in self.signatures.items():
            types = [tf.as_dtype(i.dtype) for i in each.inputs.values()]
            is_unary = len(types) == len(each.outputs) == 1
            if not name.startswith("__") and not (
                is_unary and types[0] in _TYPES
            ):
                raise ValueError(
                    f"The signature {name} is not from export.py; serve this "
                    "model with TensorFlow Serving."
                )

    def _warm_up(self, path):
        if not path.exists():
            return
        # `tf.data` would create an eager context, which takes all GPU memory.
        for record in tf.compat.v1.io.tf_record_iterator(str(path)):
            log = prediction_log_pb2.PredictionLog.FromString(record)
            request = log.predict_log.request
            (value,) = request.inputs.values()
            name = request.model_spec.signature_name or DEFAULT_SIGNATURE
            self.run(name, tf.make_ndarray(value))


def _check_shape(alias, expected, value):
    if not tf.TensorShape(expected).is_compatible_with(value.shape):
        sides = ["?" if d.size < 0 else str(d.size) for d in expected.dim]
        raise errors.RequestError(
            f"Expects input '{alias}' to have shape [{','.join(sides)}] but "
            f"[{','.join(map(str, value.shape))}] is provided."
        )


@contextlib.contextmanager
def _without_deprecation_warnings():
    """Hides the deprecation warning of the loader that TF Serving uses."""
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("ERROR")
    try:
        yield
    finally:
        logger.setLevel(level)
