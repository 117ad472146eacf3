"""`.tflite` files, run by LiteRT on the CPU.

Imports no TensorFlow: what a phone's memory would be can be measured.
"""

import os
import pathlib

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from cartoongan_tf.core import model_interface


class LitertModel:
    """A `.tflite` file of the exporter.

    Args:
        path: The file.
        threads: Threads to compute on; None for one a core.

    Attributes:
        signatures: Names of its signatures, each WIDTHxHEIGHT or `any`.

    Raises:
        OSError, ValueError, RuntimeError: If it is no such file.
    """

    def __init__(
        self, path: str | pathlib.Path, threads: int | None = None
    ) -> None:
        threads = threads or os.cpu_count()
        self._interpreter = Interpreter(str(path), num_threads=threads)
        self.signatures = sorted(self._interpreter.get_signature_list())
        self._runners = {
            name: self._interpreter.get_signature_runner(name)
            for name in self.signatures
        }

    def dtype(self, signature: str) -> np.dtype:
        """Of photos and cartoons: uint8, or float32 in [-1, 1]."""
        details = self._runners[signature].get_input_details()
        return np.dtype(details[model_interface.IMAGE]["dtype"])

    def run(self, signature: str, batch: np.ndarray) -> np.ndarray:
        """Gives the cartoon of one photo.

        Args:
            signature: One of `signatures`.
            batch: Array of shape `(1, height, width, 3)`, as `dtype` says.

        Returns:
            Array of the same shape and dtype.
        """
        runner = self._runners[signature]
        return runner(**{model_interface.IMAGE: batch})[model_interface.CARTOON]
