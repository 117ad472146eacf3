"""What a signature takes, gives, and refuses.

The checks are those of TensorFlow Serving's `predict_util`, and those that
its C++ session makes where Python's would cast or raise errors of its own.
"""

from collections.abc import Collection
from collections.abc import Mapping

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2

from serving import refusals

DEFAULT = tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY


def check_inputs(
    definition: meta_graph_pb2.SignatureDef, inputs: Mapping[str, np.ndarray]
) -> None:
    """Refuses inputs that the signature does not take.

    Raises:
        Refusal: INVALID_ARGUMENT, for missing and extra names, and for types
            and shapes that differ.
    """
    _check_names(set(definition.inputs), set(inputs))
    for name, value in inputs.items():
        _check_type(name, definition.inputs[name], value)
        _check_shape(name, definition.inputs[name], value)


def chosen_outputs(
    definition: meta_graph_pb2.SignatureDef, names: Collection[str] | None
) -> list[str]:
    """The outputs to fetch: those named, or all.

    Raises:
        Refusal: INVALID_ARGUMENT, for unknown and repeated names.
    """
    for name in names or ():
        if name not in definition.outputs:
            raise _invalid(
                f"output tensor alias not found in signature: {name} Outputs "
                f"expected to be in the set {_listed(definition.outputs)}."
            )
    chosen = sorted(set(names or definition.outputs))
    if names and len(names) > len(chosen):
        (twice, *_) = [n for n in names if list(names).count(n) > 1]
        raise _invalid(f"duplicate output tensor alias: {twice}")
    return chosen


def can_be_joined(definition: meta_graph_pb2.SignatureDef) -> bool:
    """Whether requests may be run as one, joined along the first axis.

    So it is where all that goes in is a list of strings. Pixels cannot be
    joined: two pictures seldom have the same size, and one that is padded to
    another's comes out as another picture.
    """
    return all(
        info.dtype == types_pb2.DT_STRING and _sides(info) == [-1]
        for info in definition.inputs.values()
    ) and all(_sides(info)[:1] == [-1] for info in definition.outputs.values())


def _check_names(expected, sent):
    if len(expected) != len(sent):
        raise _invalid(
            f"input size does not match signature: {len(sent)}!="
            f"{len(expected)} len({_listed(sent)}) != "
            f"len({_listed(expected)}). Sent extra: "
            f"{_listed(sent - expected)}. Missing but required: "
            f"{_listed(expected - sent)}."
        )
    for name in sorted(sent - expected):
        raise _invalid(
            f"input tensor alias not found in signature: {name}. Inputs "
            f"expected to be in the set {_listed(expected)}."
        )


def _check_type(name, info, value):
    expected = tf.as_dtype(info.dtype)
    if value.dtype != expected.as_numpy_dtype:
        sent = "string" if value.dtype.kind == "O" else value.dtype.name
        raise _invalid(
            f"Expects input {name!r} to be {expected.name} but {sent} is "
            "provided."
        )
    if expected == tf.string and not all(
        isinstance(item, bytes) for item in value.ravel()
    ):
        raise _invalid(f"Expects input {name!r} to hold bytes only.")


def _check_shape(name, info, value):
    if not tf.TensorShape(info.tensor_shape).is_compatible_with(value.shape):
        raise _invalid(
            f"Expects input {name!r} to have shape {_shape(_sides(info))} but "
            f"{_shape(value.shape)} is provided."
        )


def _sides(info):
    if info.tensor_shape.unknown_rank:
        return []
    return [side.size for side in info.tensor_shape.dim]


def _shape(sides):
    return "[" + ",".join("?" if s < 0 else str(s) for s in sides) + "]"


def _listed(names):
    return "{" + ",".join(sorted(names)) + "}"


def _invalid(message):
    return refusals.Refusal(grpc.StatusCode.INVALID_ARGUMENT, message)
