"""Facts of a `.tflite` file: sizes, numbers, operators."""

import pathlib
import struct
from typing import NamedTuple

from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils

from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface

Size = tuple[int, int]  # Width and height, in pixels.

FLOAT = "float"
DYNAMIC_RANGE = "dynamic range"
INT8 = "int8"

# How reading what is no `.tflite` file has been seen to fail.
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, struct.error)


class Signature(NamedTuple):
    """One of the functions of a file.

    Attributes:
        name: Its name.
        size: Of the pictures that it takes, or None where any will do.
        takes_pixels: Whether it takes uint8, or else float32 in [-1, 1].
        gives_pixels: The same of what it gives.
        arithmetic: `FLOAT`; `INT8`, where activations have 8 bits, too; or
            `DYNAMIC_RANGE`, where only weights do.
        operators: Names of its operators, as often as they stand there.
    """

    name: str
    size: Size | None
    takes_pixels: bool
    gives_pixels: bool
    arithmetic: str
    operators: list[str]


def read_signatures(path: str | pathlib.Path) -> list[Signature]:
    """Reads the signatures of a file without running it.

    Raises:
        InputError: If it is no `.tflite` file of ours.
    """
    try:
        model = flatbuffer_utils.read_model(str(path))
        return [_describe(model, entry) for entry in model.signatureDefs]
    except _UNREADABLE as error:
        raise errors.InputError(
            f"{path} is not a .tflite file of export.py ({error})."
        ) from error


def choose(signatures: list[Signature], size: Size | None) -> Signature:
    """The signature of a size; else that of any size; else the smallest."""
    fixed = {s.size: s for s in signatures if s.size}
    free = [s for s in signatures if not s.size]
    if size in fixed:
        return fixed[size]
    return free[0] if free else fixed[min(fixed, key=lambda s: s[0] * s[1])]


def _describe(model, entry):
    graph = model.subgraphs[entry.subgraphIndex]
    taken = graph.tensors[_tensor_of(entry.inputs, model_interface.IMAGE)]
    given = graph.tensors[_tensor_of(entry.outputs, model_interface.CARTOON)]
    is_free = taken.shapeSignature is not None and min(taken.shapeSignature) < 0
    height, width = (int(side) for side in taken.shape[1:3])
    return Signature(
        entry.signatureKey.decode(),
        None if is_free else (width, height),
        taken.type == schema.TensorType.UINT8,
        given.type == schema.TensorType.UINT8,
        _arithmetic(model, graph),
        [
            flatbuffer_utils.opcode_to_name(model, operator.opcodeIndex)
            for operator in graph.operators
        ],
    )


def _tensor_of(entries, name):
    return {e.name.decode(): e.tensorIndex for e in entries}[name]


def _arithmetic(model, graph):
    tensors = [t for t in graph.tensors if t.type == schema.TensorType.INT8]
    if not tensors:
        return FLOAT
    # A tensor without content is computed, and no weight.
    if any(model.buffers[tensor.buffer].data is None for tensor in tensors):
        return INT8
    return DYNAMIC_RANGE
