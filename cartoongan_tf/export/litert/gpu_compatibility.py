"""Compatibility of `.tflite` files with Android's GPU delegate.

The rules are those of LiteRT's tflite/tools/versioning/gpu_compatibility.cc and
tflite/delegates/gpu/common/model_builder.cc; TensorFlow's analyzer accepts
every file. By default the delegate runs one partition of the graph and leaves
the rest to the CPU, so that one problem in the middle halves it. Operators that
our networks do not use count as problems, and operator versions are not
checked. No rule replaces a test on a device.
"""

from collections.abc import Callable
from collections.abc import Iterator

from cartoongan_tf.export.litert import graphs

_TYPES = {"FLOAT32", "FLOAT16", "INT8", "UINT8"}
_MAX_DIMENSIONS = 4

Rule = Callable[[graphs.Operator], str | None]


def problems(model: bytes) -> list[str]:
    """Lists the operators that the GPU delegate would not run.

    Args:
        model: Contents of a `.tflite` file.

    Returns:
        Messages, each with signature, operator, tensor and rule; empty if the
        delegate runs the whole file.
    """
    return [
        f"{graph.name}: {node.name} of {node.outputs[0].name}: {problem}."
        for graph in graphs.read(model)
        for node in graph.operators
        for problem in _broken_rules(node)
    ]


def _broken_rules(operator) -> Iterator[str]:
    if operator.name not in _RULES:
        yield "is no operator of our networks that the delegate has"
    yield from _tensor_problems(operator)
    for rule in _RULES.get(operator.name, ()):
        problem = rule(operator)
        if problem:
            yield problem


def _tensor_problems(operator):
    for tensor in (*operator.inputs, *operator.outputs):
        if len(tensor.shape) > _MAX_DIMENSIONS:
            yield f"{tensor.name} has rank {len(tensor.shape)}; 4 is the most"
        if -1 in tensor.shape:
            yield f"the size of {tensor.name} is known only when it runs"
        if not tensor.is_constant and tensor.dtype not in _TYPES:
            yield f"{tensor.name} is {tensor.dtype}"


def _max_inputs(limit: int) -> Rule:
    def rule(operator):
        count = sum(not tensor.is_constant for tensor in operator.inputs)
        if count > limit:
            return f"takes {limit} computed tensors at most, not {count}"
        return None

    return rule


def _broadcasts(operator):
    first, second = (tensor.shape for tensor in operator.inputs)
    ranks = sorted((len(first), len(second)))
    if ranks[0] > 1 and ranks[0] != ranks[1]:
        return f"does not broadcast {first} and {second}"
    return None


def _constant(place: int, what: str, lengths: tuple[int, ...] = ()) -> Rule:
    """Requires a constant int32 input with one of the given lengths."""

    def rule(operator):
        found = operator.inputs[place : place + 1]
        if not found or found[0].integers is None:
            return f"{what} must be int32 constants"
        if lengths and len(found[0].integers) not in lengths:
            return f"{what} must be {' or '.join(map(str, lengths))} numbers"
        return None

    return rule


def _no_masks(operator):
    options = operator.options
    masks = (options.ellipsisMask, options.newAxisMask, options.shrinkAxisMask)
    return "leaves out or adds axes" if any(masks) else None


def _forward(operator):
    strides = operator.inputs[3].integers or []
    return "goes backwards" if min(strides, default=1) < 1 else None


def _slices_images(operator):
    rank = len(operator.inputs[0].shape)
    return None if rank in (3, 4) else f"slices rank 3 or 4, not {rank}"


def _has_blocks(operator):
    size = operator.options.blockSize
    return None if size > 1 else f"block size {size} is not above 1"


_UNARY = (_max_inputs(1),)
_CONVOLUTION = (_max_inputs(2),)

# Rules for the operators that the exporter produces.
_RULES: dict[str, tuple[Rule, ...]] = {
    "ADD": (_broadcasts,),
    "CONCATENATION": (),
    "CONV_2D": _CONVOLUTION,
    "DEPTH_TO_SPACE": (*_UNARY, _has_blocks),
    "DEQUANTIZE": _UNARY,
    "LEAKY_RELU": (),
    "MEAN": (*_UNARY, _constant(1, "axes")),
    "MUL": (_broadcasts,),
    "PAD": (*_UNARY, _constant(1, "paddings", (6, 8))),
    "QUANTIZE": _UNARY,
    "RELU": (),
    "RSQRT": _UNARY,
    "SPLIT": (),
    # Three numbers would be taken as rows, columns and channels.
    "STRIDED_SLICE": (
        _slices_images,
        _no_masks,
        _constant(1, "starts", (4,)),
        _constant(2, "ends", (4,)),
        _constant(3, "strides", (4,)),
        _forward,
    ),
    "SUB": (),
    "TANH": _UNARY,
    "TRANSPOSE_CONV": _CONVOLUTION,
}
