"""Arrays as gRPC carries them: `TensorProto` messages."""

import math

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from serving import refusals


def array(
    name: str, proto: tensor_pb2.TensorProto, max_bytes: int
) -> np.ndarray:
    """Reads an input.

    Args:
        name: Of the input, for messages.
        proto: What was sent.
        max_bytes: Of the array. One value may stand for all of an array, so
            that a message of a few bytes can ask for any amount of memory.

    Raises:
        Refusal: INVALID_ARGUMENT, if it is damaged or too large.
    """
    sides = [side.size for side in proto.tensor_shape.dim]
    if proto.tensor_shape.unknown_rank or any(side < 0 for side in sides):
        raise _invalid(name, "no definite shape")
    try:
        _check_size(name, proto, math.prod(sides), max_bytes)
        return tf.make_ndarray(proto)
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        # KeyError: a type that numpy has no name for
        raise _invalid(name, "a type, shape or values that differ") from error


def _check_size(name, proto, elements, max_bytes):
    if tf.as_dtype(proto.dtype) != tf.string:
        if elements * tf.as_dtype(proto.dtype).size > max_bytes:
            raise _invalid(name, f"more than {max_bytes} bytes")
    elif elements != len(proto.string_val):
        # One picture sent for thousands would take the server's time.
        sent = len(proto.string_val)
        raise _invalid(name, f"{sent} values for {elements} elements")


def _invalid(name, words):
    return refusals.Refusal(
        grpc.StatusCode.INVALID_ARGUMENT,
        f"tensor parsing error: {name} has {words}.",
    )
