"""Responses to `:predict`, as TensorFlow Serving's `json_tensor.cc` has them.

One output comes without its name, several as objects. Strings are base64 where
the output's name ends in `_bytes`, and text otherwise. What is not finite is
`NaN`, `Infinity` or `-Infinity`, which strict JSON does not know.
"""

import base64
import json
from collections.abc import Mapping

import numpy as np

from . import errors


def rows(outputs: Mapping[str, np.ndarray]) -> bytes:
    """Writes `{"predictions": [...]}`, one element for each row.

    Args:
        outputs: An array an output; of objects, which are bytes, for strings.

    Raises:
        RequestError: If outputs have no common number of rows, or have a type
            that JSON does not have.
    """
    count = _count_rows(outputs)
    columns = {a: _json_value(array, a) for a, array in outputs.items()}
    if len(columns) == 1:
        (predictions,) = columns.values()
    else:
        predictions = [
            {alias: column[row] for alias, column in columns.items()}
            for row in range(count)
        ]
    return json.dumps({"predictions": predictions}).encode()


def columns(outputs: Mapping[str, np.ndarray]) -> bytes:
    """Writes `{"outputs": ...}`: a value, or an object of several.

    Raises:
        RequestError: If an output has a type that JSON does not have.
    """
    values = {a: _json_value(array, a) for a, array in outputs.items()}
    only = next(iter(values.values())) if len(values) == 1 else values
    return json.dumps({"outputs": only}).encode()


def _count_rows(outputs):
    expected = 0
    for alias, array in sorted(outputs.items()):
        if not array.ndim:
            raise errors.RequestError(
                f"Tensor name: {alias} has no shape information "
            )
        if not len(array):
            raise errors.RequestError(
                f"Tensor name: {alias} has invalid batch size: 0"
            )
        if expected and len(array) != expected:
            raise errors.RequestError(
                f"Tensor name: {alias} has inconsistent batch size: "
                f"{len(array)} expecting: {expected}"
            )
        expected = len(array)
    return expected


def _json_value(array, alias):
    if array.dtype == object:
        return _json_strings(array.tolist(), alias.endswith("_bytes"))
    if array.dtype.kind in "iub" or array.dtype in (np.float32, np.float64):
        return array.tolist()
    name = {"float16": "half"}.get(array.dtype.name, array.dtype.name)
    raise errors.RequestError(
        f"Failed to write JSON value for tensor type: {name}"
    )


def _json_strings(value, as_base64):
    if isinstance(value, list):
        return [_json_strings(each, as_base64) for each in value]
    if as_base64:
        return {"b64": base64.b64encode(value).decode()}
    return value.decode(errors="replace")
