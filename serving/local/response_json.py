"""Responses to `:predict`, as TensorFlow Serving's `json_tensor.cc` has them.

Strings are base64 where the output's name ends in `_bytes`, and text otherwise.
What is not finite is `NaN`, `Infinity` or `-Infinity`, which strict JSON does
not know.
"""

import base64
import json

import numpy as np

from . import errors


def rows(alias: str, array: np.ndarray) -> bytes:
    """Writes `{"predictions": [...]}`, one element for each row.

    Args:
        alias: Name of the output.
        array: Its value; of objects, which are bytes, for strings.

    Raises:
        RequestError: If it is one value without rows.
    """
    if not array.ndim:
        raise errors.RequestError(
            f"Tensor name: {alias} has no shape information "
        )
    return json.dumps({"predictions": _json_value(alias, array)}).encode()


def columns(alias: str, array: np.ndarray) -> bytes:
    """Writes `{"outputs": ...}`; arguments as of `rows`."""
    return json.dumps({"outputs": _json_value(alias, array)}).encode()


def _json_value(alias, array):
    if array.dtype != object:
        return array.tolist()
    if alias.endswith("_bytes"):
        return [{"b64": base64.b64encode(each).decode()} for each in array]
    return [each.decode(errors="replace") for each in array]
