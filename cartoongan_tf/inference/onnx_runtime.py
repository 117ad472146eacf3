"""`.onnx` files, run by onnxruntime on the CPU.

Imports no TensorFlow. onnxruntime is an extra, [onnx].
"""

import pathlib

import numpy as np
import onnxruntime

from cartoongan_tf.core import model_interface


class OnnxModel:
    """An `.onnx` file of the exporter.

    Args:
        path: The file.

    Attributes:
        signatures: `any`, the one that it has.

    Raises:
        ValueError: If it is no such file.
    """

    signatures = (model_interface.ANY_SIZE,)

    def __init__(self, path: str | pathlib.Path) -> None:
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # Its own errors have no class in common.
            raise ValueError(str(error)) from error

    def dtype(self, signature: str) -> np.dtype:
        """Of photos and cartoons: float32 in [-1, 1]."""
        return np.dtype("float32")

    def run(self, signature: str, batch: np.ndarray) -> np.ndarray:
        """Gives cartoons of shape `(batch, height, width, 3)` for photos."""
        feed = {model_interface.IMAGE: batch}
        return self._session.run([model_interface.CARTOON], feed)[0]
