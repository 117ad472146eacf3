"""Request bodies of `:predict`, in TensorFlow Serving's two JSON formats.

`{"instances": [...]}` is the row format, a list of values or of objects keyed
by the input's name; `{"inputs": ...}` is the columnar format. Either may have a
`signature_name`. Messages are those of TensorFlow Serving's `json_tensor.cc`.
Unlike there, integers out of range are rejected, not truncated, and decimals
are rounded to their type, not rejected.
"""

import binascii
import itertools
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import meta_graph_pb2

from . import errors

_MAX_CHARACTERS = 100  # of a value in a message
_MAX_CHECKED_ROWS = 1000  # to find the first error
_JSON_TYPES = {
    type(None): "Null",
    dict: "Object",
    str: "String",
    int: "Number",
    float: "Number",
}
# Python types by input type.
_ALLOWED: dict[tf.DType, set[type]] = {
    tf.string: {str, dict},
    tf.uint8: {int},
    tf.float32: {int, float},
}


def parse(body: bytes) -> dict[str, Any]:
    """Parses a body, independently of the model.

    Raises:
        RequestError: If it is not a JSON object, or its `signature_name` is not
            a string.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise errors.RequestError(f"JSON Parse error: {error}") from error
    if type(document) is not dict:
        raise _value_error(document, "Is not object")
    if type(document.get("signature_name", "")) is not str:
        raise _value_error(
            document,
            "not formatted correctly. 'signature_name' key must be a string "
            "value.",
        )
    return document


def tensor(
    document: Mapping[str, Any], signature: meta_graph_pb2.SignatureDef
) -> np.ndarray:
    """Converts a parsed body to the input of a signature.

    Args:
        document: Body from `parse`.
        signature: Signature definition, with one input.

    Returns:
        An array of the input's type; for strings an object array of bytes.

    Raises:
        RequestError: If the body does not fit the signature.
    """
    ((alias, info),) = signature.inputs.items()
    dtype = tf.as_dtype(info.dtype)
    if "instances" in document and "inputs" in document:
        raise _value_error(
            document,
            "Not formatted correctly expecting only one of 'inputs' or "
            "'instances' keys to exist ",
        )
    if "instances" in document:
        rows = document["instances"]
        if type(rows) is not list:
            raise _value_error(
                document, "Excepting 'instances' to be an list/array"
            )
        if not rows:
            raise _value_error(document, "No values in 'instances' array")
        return _from_rows(rows, alias, dtype)
    if "inputs" not in document:
        raise errors.RequestError("Missing 'inputs' or 'instances' key")
    columns = document["inputs"]
    if not _is_named(columns):
        return _tensor(columns, dtype)
    if alias not in columns:
        raise errors.RequestError(
            f"Missing named input: {alias} in 'inputs' object."
        )
    return _tensor(columns[alias], dtype)


def _from_rows(rows, alias, dtype):
    named = _is_named(rows[0])
    for place, row in enumerate(rows):
        if named is not _is_named(row):
            types = ("object", "list") if named else ("value/list", "object")
            raise errors.RequestError(
                f"Expecting {types[0]} but got {types[1]} at item {place} of "
                "input list"
            )
        if named and row.keys() != {alias}:
            raise errors.RequestError(
                f"Failed to process element: {place} of 'instances' list. JSON "
                f"object: {_excerpt(row)} must only have keys: {alias}"
            )
    if named:
        return _stack([row[alias] for row in rows], dtype, f" key: {alias}")
    return _stack(rows, dtype)


def _stack(rows, dtype, key=""):
    """Converts all rows at once; one by one only to report the first error."""
    try:
        return _tensor(rows, dtype)
    except errors.RequestError:
        shape = None
        for place, row in enumerate(rows[:_MAX_CHECKED_ROWS]):
            try:
                shape = _check_shape(_tensor(row, dtype).shape, shape)
            except errors.RequestError as error:
                raise errors.RequestError(
                    f"Failed to process element: {place}{key} of 'instances' "
                    f"list. Error: {error.code}: {error.message}"
                ) from error
        raise


def _check_shape(shape, expected):
    sizes = np.prod(expected or (), dtype=int), np.prod(shape, dtype=int)
    if expected is not None and sizes[0] != sizes[1]:
        raise errors.RequestError(
            f"Expecting tensor size: {sizes[0]} but got: {sizes[1]}"
        )
    if expected is not None and shape != expected:
        raise errors.RequestError(
            f"Expecting shape {_bracketed(expected)} but got: "
            f"{_bracketed(shape)}"
        )
    return shape


def _bracketed(shape):
    return f"[{','.join(map(str, shape))}]"


def _tensor(value, dtype):
    """Converts a value or nested lists of values to an array."""
    leaves = np.array(value, object)
    values = leaves.ravel().tolist()
    types = set(map(type, values))
    if list in types:
        raise _ragged_error(values, leaves.ndim)
    allowed = _ALLOWED[dtype]
    for each in values if types - allowed else ():
        if type(each) not in allowed:
            raise _type_error(each, dtype)
    if dtype == tf.string:
        strings = np.empty(len(values), object)
        strings[:] = list(map(_bytes, values))
        return strings.reshape(leaves.shape)
    try:
        with np.errstate(over="ignore"):  # overflow becomes infinity
            return leaves.astype(dtype.as_numpy_dtype)
    except OverflowError as error:
        bounds = int(dtype.min) + int(dtype.max)
        wrong = max(values, key=lambda each: abs(2 * each - bounds))
        raise _type_error(wrong, dtype) from error


def _ragged_error(values, level):
    """Returns the error for lists of different lengths or nesting depths."""
    first = values[0]
    for each in values:
        if type(first) is not list and type(each) is list:
            return errors.RequestError(
                f"Encountered list at unexpected level: {level} expected < "
                f"{level}"
            )
        if type(first) is list and type(each) is not list:
            return _value_error(
                each, f"found at incorrect level: {level + 1} in the JSON DOM."
            )
        if type(first) is list and len(each) != len(first):
            return errors.RequestError(
                f"Encountered list at unexpected size: {len(each)} at level: "
                f"{level} expected size: {len(first)}"
            )
    return errors.RequestError(f"Lists are nested more than {level} deep.")


def _bytes(leaf):
    if type(leaf) is str:
        try:
            return leaf.encode()
        except UnicodeEncodeError as error:
            raise errors.RequestError(
                "JSON Parse error: The surrogate pair in string is invalid."
            ) from error
    if not _is_base64(leaf):
        raise _value_error(leaf, "not formatted correctly for base64 data")
    text = "".join(leaf["b64"].split())  # TF Serving ignores space and padding
    try:
        padding = "=" * (-len(text) % 4)
        return binascii.a2b_base64(text + padding, strict_mode=True)
    except ValueError as error:
        raise errors.RequestError("Unable to base64 decode") from error


def _is_base64(value):
    return value.keys() == {"b64"} and type(value["b64"]) is str


def _is_named(value):
    return type(value) is dict and not _is_base64(value)


def _type_error(value, dtype):
    actual = str(value) if type(value) is bool else _JSON_TYPES[type(value)]
    name = "float" if dtype == tf.float32 else dtype.name
    return _value_error(
        value, f"Type: {actual} is not of expected type: {name}"
    )


def _value_error(value, message):
    return errors.RequestError(f"JSON Value: {_excerpt(value)} {message}")


def _excerpt(value):
    """Returns the beginning of a value's JSON, too short for a picture."""
    parts = json.JSONEncoder().iterencode(value)
    text = "".join(itertools.islice(parts, _MAX_CHARACTERS))
    suffix = "..." if len(text) > _MAX_CHARACTERS else ""
    return text[:_MAX_CHARACTERS] + suffix
