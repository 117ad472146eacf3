"""`.onnx` files, run by onnxruntime on the CPU.

Imports no TensorFlow. The extra [onnx] installs onnxruntime.
"""

import pathlib

import numpy as np
import onnxruntime

from cartoongan_tf.core import model_interface
from cartoongan_tf.inference import image_layout

_DTYPES = {"float": "float32"}  # Dtypes with another name in ONNX.


class OnnxModel:
    """An `.onnx` file of the exporter or another image-to-image model.

    Args:
        path: The file.

    Attributes:
        signatures: Its only signature, WIDTHxHEIGHT or `any`.

    Raises:
        ValueError: If the file is not such a model.
    """

    def __init__(self, path: str | pathlib.Path) -> None:
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # Its errors share no base class.
            raise ValueError(str(error)) from error
        inputs, outputs = (
            self._session.get_inputs(),
            self._session.get_outputs(),
        )
        self._source, self._result = image_layout.infer(
            [_tensor(value) for value in inputs],
            [_tensor(value) for value in outputs],
        )
        self._name = inputs[0].name
        self.signatures = [model_interface.signature_of(self._source.size)]

    def dtype(self, signature: str) -> np.dtype:
        """Dtype of photos: uint8, or a float in [-1, 1]."""
        return self._source.dtype

    def run(self, signature: str, batch: np.ndarray) -> np.ndarray:
        """Runs the model on photos of shape `(batch, height, width, 3)`.

        Raises:
            RuntimeError: If it does not run on photos of that size.
        """
        feed = {self._name: self._source.to_model(batch)}
        try:
            (cartoons,) = self._session.run(None, feed)
        except Exception as error:
            raise RuntimeError(str(error)) from error
        return self._result.from_model(cartoons)


def _tensor(value):
    name = value.type.removeprefix("tensor(").removesuffix(")")
    name = _DTYPES.get(name, name)
    try:
        dtype = np.dtype(name)
    except TypeError:
        raise ValueError(f"{value.name} is of the type {value.type}") from None
    return value.shape, dtype
