"""`.tflite` files, run by LiteRT on the CPU.

Imports no TensorFlow: what a phone's memory would be can be measured.
"""

import os
import pathlib
import re

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from cartoongan_tf.core import model_interface
from cartoongan_tf.core import native_stderr
from cartoongan_tf.inference import image_layout

_OWN = re.compile(rf"{model_interface.ANY_SIZE}|\d+x\d+")


class LitertModel:
    """A `.tflite` file of the exporter, or another one from image to image.

    Args:
        path: The file.
        threads: Threads to compute on; None for one a core.

    Attributes:
        signatures: Names of its signatures, each WIDTHxHEIGHT or `any`.

    Raises:
        OSError, ValueError, RuntimeError: If it is no such file.
    """

    signatures: list[str]

    def __init__(
        self, path: str | pathlib.Path, threads: int | None = None
    ) -> None:
        threads = threads or os.cpu_count()
        self._interpreter = Interpreter(str(path), num_threads=threads)
        with native_stderr.held():  # The delegate's note that it is there.
            self._interpreter.allocate_tensors()
        names = sorted(self._interpreter.get_signature_list())
        if names and all(map(_OWN.fullmatch, names)):
            self.signatures = names
            self._runners = {
                name: self._interpreter.get_signature_runner(name)
                for name in names
            }
            self._foreign = None
        else:
            self._foreign = _ForeignGraph(self._interpreter)
            self.signatures = [self._foreign.signature]

    def dtype(self, signature: str) -> np.dtype:
        """Of photos: uint8, or a float in [-1, 1]."""
        if self._foreign:
            return self._foreign.source.dtype
        details = self._runners[signature].get_input_details()
        return np.dtype(details[model_interface.IMAGE]["dtype"])

    def run(self, signature: str, batch: np.ndarray) -> np.ndarray:
        """Gives the cartoon of one photo.

        Args:
            signature: One of `signatures`.
            batch: Array of shape `(1, height, width, 3)`, as `dtype` says.

        Returns:
            Array of the same shape and dtype.

        Raises:
            RuntimeError: If a file that is not of the exporter cannot be run
                on a photo of that size.
        """
        if self._foreign:
            return self._foreign.run(batch)
        runner = self._runners[signature]
        return runner(**{model_interface.IMAGE: batch})[model_interface.CARTOON]


class _ForeignGraph:
    """The one graph of a file that has no signatures of ours."""

    def __init__(self, interpreter):
        self._interpreter = interpreter
        inputs = interpreter.get_input_details()
        outputs = interpreter.get_output_details()
        self.source, self._result = image_layout.of(
            [(d["shape_signature"], d["dtype"]) for d in inputs],
            [(d["shape_signature"], d["dtype"]) for d in outputs],
        )
        self.signature = model_interface.signature_of(self.source.size)
        self._input, self._output = inputs[0]["index"], outputs[0]["index"]

    def run(self, batch):
        stored = self.source.stored(batch)
        self._interpreter.resize_tensor_input(self._input, stored.shape)
        self._interpreter.allocate_tensors()
        self._interpreter.set_tensor(self._input, stored)
        self._interpreter.invoke()
        return self._result.shown(self._interpreter.get_tensor(self._output))
