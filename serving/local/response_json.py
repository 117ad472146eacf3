"""Response bodies of `:predict`, as in TensorFlow Serving's `json_tensor.cc`.

Strings are base64 if the output's name ends in `_bytes`, and text otherwise.
Non-finite values are `NaN`, `Infinity` or `-Infinity`, which are not strict
JSON.
"""

import base64
import json

import numpy as np

from . import errors


def rows(alias: str, array: np.ndarray) -> bytes:
    """Encodes `{"predictions": [...]}`, one element per row.

    Args:
        alias: Name of the output.
        array: Value of the output; for strings an object array of bytes.

    Raises:
        RequestError: If the value is a scalar.
    """
    if not array.ndim:
        raise errors.RequestError(
            f"Tensor name: {alias} has no shape information "
        )
    return json.dumps({"predictions": _json_value(alias, array)}).encode()


def columns(alias: str, array: np.ndarray) -> bytes:
    """Encodes `{"outputs": ...}`; the arguments are those of `rows`."""
    return json.dumps({"outputs": _json_value(alias, array)}).encode()


def _json_value(alias, array):
    if array.dtype != object:
        return array.tolist()
    if alias.endswith("_bytes"):
        return [{"b64": base64.b64encode(each).decode()} for each in array]
    return [each.decode(errors="replace") for each in array]
