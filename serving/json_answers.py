"""Answers to `:predict`, as TensorFlow Serving's `json_tensor.cc` writes them.

One output comes without its name, several as objects. Strings are base64
where the output's alias ends in `_bytes`, and text otherwise. Decimals always
have a point or an exponent; what is not finite is `NaN`, `Infinity` or
`-Infinity`, which strict JSON does not know. Objects are indented by four
spaces. Lists stand on one line, also in the columnar form, where TensorFlow
Serving gives each number a line of its own.
"""

import base64
import json
from collections.abc import Iterator
from collections.abc import Mapping

import numpy as np

from serving import json_tensors

_SPACES = " " * 4
_NAMES = {
    np.dtype(np.float16): "half",
    np.dtype(np.complex64): "complex64",
    np.dtype(np.complex128): "complex128",
}
_WRITTEN = "iub"  # kinds of NumPy's types: signed, unsigned, boolean
_MOST_AT_ONCE = 2**16  # numbers; between lots other threads get their turn
_DIGITS = 22  # powers of ten up to here are exact in float64


def row_form(outputs: Mapping[str, np.ndarray]) -> bytes:
    """Writes `{"predictions": [...]}`, one element for each row.

    Args:
        outputs: An array an alias.

    Raises:
        Refusal: If outputs have no common number of rows, or have a type that
            JSON does not have.
    """
    _check_rows(outputs)
    if len(outputs) == 1:
        ((alias, array),) = outputs.items()
        rows = ", ".join(_write(row, alias, 2) for row in array)
        return _document("predictions", f"[{rows}\n{_SPACES}]")
    aliases = sorted(outputs)
    rows = ",".join(
        f"\n{_SPACES * 2}{_object({a: outputs[a][row] for a in aliases}, 2)}"
        for row in range(len(outputs[aliases[0]]))
    )
    return _document("predictions", f"[{rows}\n{_SPACES}]")


def columnar_form(outputs: Mapping[str, np.ndarray]) -> bytes:
    """Writes `{"outputs": ...}`: a value, or an object of several.

    Raises:
        Refusal: If an output has a type that JSON does not have.
    """
    if not outputs:
        raise json_tensors.refuse("Cannot convert empty tensor map to JSON")
    if len(outputs) == 1:
        ((alias, array),) = outputs.items()
        return _document("outputs", _write(array, alias, 1))
    return _document("outputs", _object(outputs, 1))


def error(message: str) -> bytes:
    """Writes `{"error": ...}`."""
    return _document("error", json.dumps(message, ensure_ascii=False))


def _document(key, value):
    # What a client sent as text may come back; half a character is no UTF-8.
    text = f'{{\n{_SPACES}"{key}": {value}\n}}'
    return text.encode(errors="replace")


def _object(outputs, depth):
    inner = "\n" + _SPACES * (depth + 1)
    members = ",".join(
        f"{inner}{json.dumps(alias)}: {_write(array, alias, depth + 1)}"
        for alias, array in sorted(outputs.items())
    )
    return "{" + members + "\n" + _SPACES * depth + "}"


def _check_rows(outputs):
    if not outputs:
        raise json_tensors.refuse("Cannot convert empty tensor map to JSON")
    expected = 0
    for alias, array in sorted(outputs.items()):
        if np.ndim(array) == 0:
            raise json_tensors.refuse(
                f"Tensor name: {alias} has no shape information "
            )
        if not len(array):
            raise json_tensors.refuse(
                f"Tensor name: {alias} has invalid batch size: 0"
            )
        if expected and len(array) != expected:
            raise json_tensors.refuse(
                f"Tensor name: {alias} has inconsistent batch size: "
                f"{len(array)} expecting: {expected}"
            )
        expected = len(array)


def _write(value, alias, depth):
    """Writes an array or one string; `depth` is that of an object in it."""
    array = _array(value)
    if array.dtype == object:
        as_bytes = alias.endswith("_bytes")
        return "".join(_strings(array.tolist(), as_bytes, depth))
    if array.dtype == np.float32:
        return _numbers(_shortest(array))
    if array.dtype == np.float64 or array.dtype.kind in _WRITTEN:
        return _numbers(array)
    name = _NAMES.get(array.dtype, array.dtype.name)
    raise json_tensors.refuse(
        f"Failed to write JSON value for tensor type: {name}"
    )


def _numbers(array):
    if array.size <= _MOST_AT_ONCE:
        return json.dumps(array.tolist())
    return "[" + ", ".join(map(_numbers, array)) + "]"


def _shortest(array):
    """Doubles that print like float32: 6 digits where those suffice, or 9.

    0.2 as float32 is 0.20000000298023224 as float64. Rounding by an exact
    power of ten gives the double nearest to the decimal, which Python prints
    with its few digits.
    """
    exact = array.astype(np.float64)
    size = np.abs(exact)
    usual = (size >= 1e-12) & (size < 1e9)
    exponents = np.floor(np.log10(np.where(usual, size, 1)))
    for digits in (9, 6):
        power = 10.0 ** np.clip(digits - 1 - exponents, 0, _DIGITS)
        rounded = np.rint(np.where(usual, exact, 0) * power) / power
        same = usual & (rounded.astype(np.float32) == array)
        exact = np.where(same, rounded, exact)
    return exact


def _array(value):
    # NumPy's own bytes lose zeros at their end.
    return np.array(value, object) if type(value) is bytes else value


def _strings(value, as_bytes, depth) -> Iterator[str]:
    if not isinstance(value, list):
        yield _string(value, as_bytes, depth)
        return
    yield "["
    for place, each in enumerate(value):
        if place:
            yield ", "
        yield from _strings(each, as_bytes, depth + 1)
    yield "]"


def _string(data, as_bytes, depth):
    if not as_bytes:
        return json.dumps(data.decode(errors="replace"), ensure_ascii=False)
    encoded = base64.b64encode(data).decode()
    inner = _SPACES * (depth + 1)
    return f'{{\n{inner}"b64": "{encoded}"\n{_SPACES * depth}}}'
