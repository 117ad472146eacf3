"""Bodies of `:predict`, in TensorFlow Serving's two forms of JSON.

`{"instances": [...]}` is the row form, a list of values or of objects with
one value an input; `{"inputs": ...}` is the columnar form. Either may have a
`signature_name`.

Stricter than there, where it guesses: an object that has a key twice is
refused, and so are strings that are not UTF-8. `Inf` is written `Infinity`.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from tensorflow.core.protobuf import meta_graph_pb2

from serving import json_tensors
from serving import refusals

_SENTENCES = {
    "Expecting value": "Invalid value.",
    "Expecting property name": "Missing a name for object member.",
    "Expecting ':'": "Missing a colon after a name of object member.",
    "Expecting ','": "Missing a comma or a closing bracket after an element.",
    "Illegal trailing comma": "Invalid value.",
    "Unterminated string": "Missing a closing quotation mark in string.",
    "Invalid \\uXXXX": "Incorrect hex digit after \\u escape in string.",
    "Invalid \\escape": "Invalid escape character in string.",
    "Invalid control": "Invalid encoding in string.",
    "Extra data": "The document root must not be followed by other values.",
}


def parse(body: bytes | bytearray) -> dict[str, Any]:
    """Reads a body, whatever it asks for.

    Raises:
        Refusal: If it is no JSON object.
    """
    if not body:
        raise _parse_error("The document is empty")
    try:
        document = _loads(body)
    except json.JSONDecodeError as error:
        raise _of_decoder(error) from error
    except UnicodeDecodeError as error:
        raise _parse_error("Invalid encoding in string.", error.start) from None
    except RecursionError:
        raise _parse_error("Values are nested too deep.") from None
    if type(document) is not dict:
        raise json_tensors.refuse(
            f"JSON Value: {json_tensors.shown(document)} Is not object"
        )
    return document


def signature_name(document: Mapping[str, Any]) -> str:
    """The signature that a body asks for; empty for the default one.

    Raises:
        Refusal: If it is no string.
    """
    name = document.get("signature_name", "")
    if type(name) is not str:
        raise json_tensors.refuse(
            f"JSON Value: {json_tensors.shown(document)} not formatted "
            "correctly. 'signature_name' key must be a string value."
        )
    return name


def is_row_form(document: Mapping[str, Any]) -> bool:
    """Whether a body is answered by rows."""
    return "instances" in document


def tensors(
    document: Mapping[str, Any], definition: meta_graph_pb2.SignatureDef
) -> dict[str, np.ndarray]:
    """Makes the inputs of a signature.

    Args:
        document: What `parse` gave.
        definition: The signature.

    Returns:
        An array an alias.

    Raises:
        Refusal: If the body does not fit.
    """
    dtypes = {alias: info.dtype for alias, info in definition.inputs.items()}
    if not dtypes:
        raise json_tensors.refuse(
            "Failed to get input map for signature: "
            f"{signature_name(document) or 'DEFAULT'}"
        )
    if "instances" in document and "inputs" in document:
        raise _format_error(
            document,
            "Not formatted correctly expecting only one of 'inputs' or "
            "'instances' keys to exist ",
        )
    if "instances" in document:
        return _of_rows(_rows(document), dtypes)
    if "inputs" in document:
        return _of_columns(document["inputs"], dtypes)
    raise json_tensors.refuse("Missing 'inputs' or 'instances' key")


def _loads(body):
    # A byte order mark is skipped there, too.
    text = str(body, "utf-8-sig")
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=json_tensors.TOKENS.__getitem__,
        )
    except json.JSONDecodeError:
        raise
    except ValueError as error:  # an integer of more than 4300 digits
        raise _parse_error("Number too big to be stored in double.") from error


def _object(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise json_tensors.refuse("JSON object: has a key twice")
    return members


def _of_decoder(error):
    sentence = next(
        (there for ours, there in _SENTENCES.items() if ours in error.msg),
        error.msg,
    )
    return _parse_error(sentence, len(error.doc[: error.pos].encode()))


def _parse_error(sentence, offset=None):
    where = "" if offset is None else f" at offset: {offset}"
    return json_tensors.refuse(f"JSON Parse error: {sentence}{where}")


def _format_error(value, sentence):
    return json_tensors.refuse(
        f"JSON Value: {json_tensors.shown(value)} {sentence}"
    )


def _rows(document):
    rows = document["instances"]
    if type(rows) is not list:
        raise _format_error(
            document, "Excepting 'instances' to be an list/array"
        )
    if not rows:
        raise _format_error(document, "No values in 'instances' array")
    return rows


def _of_rows(rows, dtypes):
    if type(rows[0]) is not dict and len(dtypes) > 1:
        raise json_tensors.refuse(
            "instances is a plain list, but expecting list of objects as "
            "multiple input tensors required as per tensorinfo_map"
        )
    if not _is_named(rows[0]):
        (alias, dtype), *_ = sorted(dtypes.items())
        batches = {alias: json_tensors.batch_of(rows, dtype)}
    elif all(type(row) is dict and row.keys() == dtypes.keys() for row in rows):
        batches = {
            alias: json_tensors.batch_of([row[alias] for row in rows], dtype)
            for alias, dtype in dtypes.items()
        }
    else:
        batches = {"": None}
    if any(batch is None for batch in batches.values()):
        _explain_rows(rows, dtypes)
        raise json_tensors.refuse("'instances' do not make a tensor.")
    return batches


def _is_named(row):
    return type(row) is dict and not json_tensors.is_base64(row)


def _explain_rows(rows, dtypes):
    """Goes row by row, for the sentence about the first that is wrong."""
    shapes: dict[str, tuple[int, ...]] = {}
    for place, row in enumerate(rows):
        if not _is_named(rows[0]):
            if _is_named(row):
                raise json_tensors.refuse(
                    "Expecting value/list but got object at item "
                    f"{place} of input list"
                )
            _explain_item(place, min(dtypes), row, dtypes, shapes)
            continue
        if not _is_named(row):
            raise json_tensors.refuse(
                f"Expecting object but got list at item {place} of input list"
            )
        for alias, item in row.items():
            _explain_item(place, alias, item, dtypes, shapes, f" key: {alias}")
        if row.keys() != dtypes.keys():
            raise json_tensors.refuse(
                f"Failed to process element: {place} of 'instances' list. "
                f"JSON object: {json_tensors.shown(row)} must only have keys: "
                f"{','.join(sorted(dtypes))}"
            )


def _explain_item(place, alias, item, dtypes, shapes, key=""):
    try:
        _check_item(alias, item, dtypes, shapes)
    except refusals.Refusal as refusal:
        raise json_tensors.refuse(
            f"Failed to process element: {place}{key} of 'instances' list. "
            f"Error: {refusal.code.name}: {refusal.message}"
        ) from refusal


def _check_item(alias, item, dtypes, shapes):
    if alias not in dtypes:
        raise json_tensors.refuse(
            f"JSON object: does not have named input: {alias}"
        )
    shape = json_tensors.explain(item, dtypes[alias])
    first = shapes.setdefault(alias, shape)
    if math.prod(first) != math.prod(shape):
        raise json_tensors.refuse(
            f"Expecting tensor size: {math.prod(first)} but got: "
            f"{math.prod(shape)}"
        )
    if first != shape:
        raise json_tensors.refuse(
            f"Expecting shape {_bracketed(first)} but got: {_bracketed(shape)}"
        )


def _bracketed(shape):
    return f"[{','.join(map(str, shape))}]"


def _of_columns(value, dtypes):
    if type(value) is not dict or json_tensors.is_base64(value):
        if len(dtypes) > 1:
            raise json_tensors.refuse(
                "inputs is a plain value/list, but expecting an object as "
                "multiple input tensors required as per tensorinfo_map"
            )
        ((alias, dtype),) = dtypes.items()
        return {alias: json_tensors.array_of(value, dtype)}
    for alias in sorted(dtypes):
        if alias not in value:
            raise json_tensors.refuse(
                f"Missing named input: {alias} in 'inputs' object."
            )
    return {
        alias: json_tensors.array_of(value[alias], dtype)
        for alias, dtype in dtypes.items()
    }
