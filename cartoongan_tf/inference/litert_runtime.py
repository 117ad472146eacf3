"""`.tflite` files, run by LiteRT on the CPU.

Imports no TensorFlow, so that memory use on a phone can be measured.
"""

import os
import pathlib
import re

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from cartoongan_tf.core import model_interface
from cartoongan_tf.core import native_stderr
from cartoongan_tf.inference import image_layout

_EXPORTED_SIGNATURE = re.compile(rf"{model_interface.ANY_SIZE}|\d+x\d+")


class LitertModel:
    """A `.tflite` file of the exporter or another image-to-image model.

    Args:
        path: The file.
        threads: Number of threads; None for one per core.

    Attributes:
        signatures: Signature names, each WIDTHxHEIGHT or `any`.

    Raises:
        OSError, ValueError, RuntimeError: If the file is not such a model.
    """

    signatures: list[str]

    def __init__(
        self, path: str | pathlib.Path, threads: int | None = None
    ) -> None:
        threads = threads or os.cpu_count()
        self._interpreter = Interpreter(str(path), num_threads=threads)
        names = sorted(self._interpreter.get_signature_list())
        if names and all(map(_EXPORTED_SIGNATURE.fullmatch, names)):
            self.signatures = names
            _load_delegate(self._interpreter)  # Before runners hold it.
            self._runners = {
                name: self._interpreter.get_signature_runner(name)
                for name in names
            }
            self._foreign = None
        else:
            self._foreign = _ForeignGraph(self._interpreter)
            self.signatures = [self._foreign.signature]

    def dtype(self, signature: str) -> np.dtype:
        """Dtype of photos: uint8, or a float in [-1, 1]."""
        if self._foreign:
            return self._foreign.source.dtype
        details = self._runners[signature].get_input_details()
        return np.dtype(details[model_interface.IMAGE]["dtype"])

    def run(self, signature: str, batch: np.ndarray) -> np.ndarray:
        """Runs the model on one photo.

        Args:
            signature: One of `signatures`.
            batch: Array of shape `(1, height, width, 3)`, dtype as `dtype`.

        Returns:
            Array of the same shape and dtype.

        Raises:
            RuntimeError: If a third-party model does not run on photos of
                that size.
        """
        if self._foreign:
            return self._foreign.run(batch)
        runner = self._runners[signature]
        return runner(**{model_interface.IMAGE: batch})[model_interface.CARTOON]


def _load_delegate(interpreter):
    """Allocates a small image, so that XNNPACK's log line appears here."""
    source, *_ = interpreter.get_input_details()
    smallest = [
        1,
        model_interface.MINIMUM_SIDE,
        model_interface.MINIMUM_SIDE,
        3,
    ]
    shape = np.maximum(source["shape"], smallest)
    interpreter.resize_tensor_input(source["index"], shape)
    with native_stderr.held():
        interpreter.allocate_tensors()


class _ForeignGraph:
    """The only graph of a file without the exporter's signatures."""

    def __init__(self, interpreter):
        self._interpreter = interpreter
        inputs = interpreter.get_input_details()
        outputs = interpreter.get_output_details()
        self.source, self._result = image_layout.infer(
            [(d["shape_signature"], d["dtype"]) for d in inputs],
            [(d["shape_signature"], d["dtype"]) for d in outputs],
        )
        self.signature = model_interface.signature_of(self.source.size)
        self._input, self._output = inputs[0]["index"], outputs[0]["index"]
        with native_stderr.held():  # XNNPACK's log line.
            interpreter.allocate_tensors()

    def run(self, batch):
        stored = self.source.to_model(batch)
        self._interpreter.resize_tensor_input(self._input, stored.shape)
        self._interpreter.allocate_tensors()
        self._interpreter.set_tensor(self._input, stored)
        self._interpreter.invoke()
        return self._result.from_model(
            self._interpreter.get_tensor(self._output)
        )
