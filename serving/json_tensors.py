"""Tensors out of JSON values, as TensorFlow Serving's `json_tensor.cc` has it.

Nested lists are flattened level by level and converted at once, which large
pictures need. Only what that refuses is walked value by value, for
TensorFlow Serving's sentence about the first value that is wrong.

Stricter than there where it would store something else than what was sent: an
integer beyond the range of int8, int16 or uint8 is refused, not cut to its
lowest bits.
"""

import binascii
import itertools
import json
from typing import Any
from typing import NamedTuple

import grpc
import numpy as np
from tensorflow.core.framework import types_pb2

from serving import refusals

_MAX_RANK = 32  # some of what NumPy does ends there
_SHOWN = 100  # characters of a value in a message
_JSON_TYPES = {
    type(None): "Null",
    dict: "Object",
    list: "Array",
    str: "String",
    int: "Number",
    float: "Number",
}
_INTEGERS = {"int8", "int16", "int32", "int64", "uint8", "uint32", "uint64"}
# The tokens of numbers that JSON lacks. A decimal that is infinite and none of
# these objects was too large for a double.
TOKENS = {"NaN": np.nan, "Infinity": float("inf"), "-Infinity": -float("inf")}

# Integers beyond these are not exact in the type.
_EXACT = {"float": 2**24 - 1, "double": 2**53 - 1}


class _Irregular(Exception):
    """Values that make no tensor of the type."""


class _Nested(NamedTuple):
    shape: tuple[int, ...]
    leaves: list


def array_of(value: Any, dtype: int) -> np.ndarray:
    """Converts a value, a list of values, a list of lists and so on.

    Args:
        value: What `json.loads` made.
        dtype: The element type, a number of `types_pb2.DataType`.

    Returns:
        An array of the shape of the lists; of objects for strings.

    Raises:
        Refusal: If the lists are ragged, a value is of another type or is not
            exact in `dtype`, or no JSON stands for the type.
    """
    array = batch_of(value, dtype)
    if array is None:
        explain(value, dtype)
        raise refuse("JSON lists do not make a tensor.")
    return array


def batch_of(items: Any, dtype: int) -> np.ndarray | None:
    """Stacks the values of rows; gives None if they make no tensor."""
    try:
        nested = _flatten(items)
        return _convert(nested.leaves, _name(dtype)).reshape(nested.shape)
    except _Irregular:
        return None


def explain(value: Any, dtype: int) -> tuple[int, ...]:
    """Walks through a value as TensorFlow Serving does.

    Returns:
        Its shape, by the first element of each list.

    Raises:
        Refusal: For the first element that does not fit.
    """
    shape = _shape_of(value)
    if len(shape) > _MAX_RANK:
        raise refuse(f"Lists are nested {len(shape)} deep.")
    _walk(value, 0, shape, _name(dtype))
    return shape


def refuse(message: str) -> refusals.Refusal:
    """The usual refusal, INVALID_ARGUMENT."""
    return refusals.Refusal(grpc.StatusCode.INVALID_ARGUMENT, message)


def shown(value: Any) -> str:
    """The beginning of a value as JSON: enough to find it, no pictures."""
    text = ""
    for part in json.JSONEncoder(ensure_ascii=False).iterencode(value):
        text += part[: _SHOWN + 1]
        if len(text) > _SHOWN:
            return text[:_SHOWN] + "..."
    return text


def is_base64(value: Any) -> bool:
    """Whether a value is an object with the one key `b64`, and a string."""
    return (
        type(value) is dict
        and len(value) == 1
        and isinstance(value.get("b64"), str)
    )


def _name(dtype):
    """As TensorFlow Serving writes a type: `float`, `half`, `uint8`."""
    return types_pb2.DataType.Name(dtype).removeprefix("DT_").lower()


def _flatten(value):
    shape: list[int] = []
    leaves = [value]
    while leaves and type(leaves[0]) is list:
        if set(map(type, leaves)) != {list} or len(set(map(len, leaves))) > 1:
            raise _Irregular
        shape.append(len(leaves[0]))
        leaves = list(itertools.chain.from_iterable(leaves))
    if len(shape) > _MAX_RANK:
        raise _Irregular
    return _Nested(tuple(shape), leaves)


def _convert(leaves, name):
    types = set(map(type, leaves))
    if name in _EXACT and types <= {int, float}:
        return _numbers(leaves, name, int in types)
    if name in _INTEGERS and types <= {int}:
        return _integers(leaves, name)
    if name == "bool" and types <= {bool}:
        return np.array(leaves, bool)
    if name == "string" and types <= {str, dict}:
        return _strings(leaves)
    raise _Irregular


def _numbers(leaves, name, has_integers):
    try:
        wide = np.array(leaves, np.float64)
    except OverflowError as error:
        raise _Irregular from error
    size = np.abs(wide)
    for index in np.flatnonzero(np.isinf(size)):
        if not any(leaves[index] is token for token in TOKENS.values()):
            raise refuse(
                "JSON Parse error: Number too big to be stored in double."
            )
    if has_integers and any(
        type(leaves[index]) is int and _inexact(leaves[index], name)
        for index in np.flatnonzero(size >= _EXACT[name])
    ):
        raise _Irregular
    if name == "double":
        return wide
    if np.any(np.isfinite(wide) & (size > np.finfo(np.float32).max)):
        raise _Irregular
    return wide.astype(np.float32)


def _inexact(number, name):
    # An integer of more than 64 bits is a decimal to TensorFlow Serving.
    return -(2**63) <= number < 2**64 and abs(number) > _EXACT[name]


def _integers(leaves, name):
    try:
        return np.array(leaves, name)
    except OverflowError as error:
        raise _Irregular from error


def _strings(leaves):
    strings = np.empty(len(leaves), object)
    for index, leaf in enumerate(leaves):
        strings[index] = _string(leaf)
    return strings


def _string(leaf):
    if type(leaf) is str:
        return _utf8(leaf)
    if not is_base64(leaf):
        raise refuse(
            f"JSON Value: {shown(leaf)} not formatted correctly for base64 data"
        )
    text = leaf["b64"]
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError:
        return _lenient_base64(text)


def _lenient_base64(text):
    """White space, and no padding, are as good there."""
    text = "".join(text.split())
    if "=" not in text:
        text += "=" * (-len(text) % 4)
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except ValueError as error:
        raise refuse("Unable to base64 decode") from error


def _utf8(text):
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise refuse(
            "JSON Parse error: The surrogate pair in string is invalid."
        ) from error


def _shape_of(value):
    shape = []
    while type(value) is list:
        shape.append(len(value))
        value = value[0] if value else None
    return tuple(shape)


def _walk(value, level, shape, name):
    rank = len(shape)
    if type(value) is not list:
        if level != rank:
            raise refuse(
                f"JSON Value: {shown(value)} found at incorrect level: "
                f"{level + 1} in the JSON DOM. Expected at level: {rank}"
            )
        _check_leaf(value, name)
        return
    if level >= rank:
        raise refuse(
            f"Encountered list at unexpected level: {level} expected < {rank}"
        )
    if len(value) != shape[level]:
        raise refuse(
            f"Encountered list at unexpected size: {len(value)} at level: "
            f"{level} expected size: {shape[level]}"
        )
    for each in value:
        _walk(each, level + 1, shape, name)


def _check_leaf(value, name):
    known = name in _EXACT or name in _INTEGERS or name in ("bool", "string")
    if not known and type(value) is not dict:
        raise refusals.Refusal(
            grpc.StatusCode.UNIMPLEMENTED,
            f"Conversion of JSON Value: {shown(value)} to type: {name}",
        )
    try:
        _convert([value], name)
    except _Irregular:
        raise _leaf_refusal(value, name) from None


def _leaf_refusal(value, name):
    if name in _EXACT and type(value) in (int, float):
        return refuse(
            f"Cannot convert JSON value: {shown(value)} to {name} without loss "
            "of precision."
        )
    kind = str(value) if type(value) is bool else _JSON_TYPES[type(value)]
    return refuse(
        f"JSON Value: {shown(value)} Type: {kind} is not of expected type: "
        f"{name}"
    )
