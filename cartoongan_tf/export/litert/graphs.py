"""Operators of a `.tflite` file, for static analysis."""

from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils


class Tensor(NamedTuple):
    """A tensor in a file.

    Attributes:
        name: Name of the tensor.
        shape: Shape, -1 for dynamic dimensions.
        dtype: Name of the schema, such as `FLOAT32` or `INT16`.
        is_constant: Whether the file holds its values. Half-precision values
            count, too: delegates unpack them in advance.
        integers: Flattened values of an int32 constant; None for others.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    is_constant: bool
    integers: list[int] | None


class Operator(NamedTuple):
    """One node of a graph.

    Attributes:
        name: Name of the schema, such as `CONV_2D`.
        inputs: Input tensors, without absent optional ones.
        outputs: Output tensors.
        options: Object of the schema, such as `Conv2DOptionsT`, or None.
    """

    name: str
    inputs: list[Tensor]
    outputs: list[Tensor]
    options: Any


class Graph(NamedTuple):
    """The graph of one signature.

    Attributes:
        name: Name of the signature.
        operators: Operators in the order of execution.
    """

    name: str
    operators: list[Operator]


def read(model: bytes) -> list[Graph]:
    """Reads all graphs from the contents of a file."""
    tree = flatbuffer_utils.read_model_from_bytearray(model)
    names = {
        definition.subgraphIndex: definition.signatureKey.decode()
        for definition in tree.signatureDefs or []
    }
    return [
        Graph(names.get(i, graph.name), list(_operators(tree, graph)))
        for i, graph in enumerate(tree.subgraphs)
    ]


def _operators(tree, graph) -> Iterator[Operator]:
    tensors = [_tensor(tree, tensor) for tensor in graph.tensors]
    for node in graph.operators:
        name = _name(tree.operatorCodes[node.opcodeIndex])
        # An absent optional input is -1.
        inputs = [tensors[i] for i in node.inputs if i >= 0]
        if name == "DEQUANTIZE" and inputs[0].is_constant:
            for i in node.outputs:
                tensors[i] = tensors[i]._replace(is_constant=True)
        outputs = [tensors[i] for i in node.outputs]
        yield Operator(name, inputs, outputs, node.builtinOptions)


def _tensor(tree, tensor):
    data = tree.buffers[tensor.buffer].data
    is_int32 = tensor.type == schema.TensorType.INT32
    shape = tensor.shapeSignature if tensor.shapeSignature else tensor.shape
    return Tensor(
        tensor.name.decode(),
        tuple(map(int, shape if shape is not None else ())),
        flatbuffer_utils.type_to_name(tensor.type),
        data is not None,
        np.frombuffer(data, "<i4").tolist()
        if is_int32 and data is not None
        else None,
    )


def _name(code):
    number = flatbuffer_utils.get_builtin_code_from_operator_code(code)
    if number == schema.BuiltinOperator.CUSTOM:
        return code.customCode.decode()
    return _NAMES[number]


_NAMES = {
    number: name
    for name, number in vars(schema.BuiltinOperator).items()
    if not name.startswith("_")
}
