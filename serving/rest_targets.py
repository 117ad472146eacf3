"""What paths of the REST protocol name, by TensorFlow Serving's patterns."""

import re
import urllib.parse
from typing import NamedTuple

import grpc
from starlette import requests

from serving import refusals

VERBS = ("predict", "classify", "regress")

_MODEL = r"(?i)/v1/models"
_VERSION = r"(?:/versions/([0-9]+)|/labels/([^/:]+))?"
_POST = re.compile(rf"{_MODEL}/([^/:]+){_VERSION}:({'|'.join(VERBS)})")
_GET = re.compile(rf"{_MODEL}(?:/([^/:]+))?{_VERSION}(?:/(metadata))?")
_LARGEST = 2**63 - 1
_SHOWN = 200  # characters of a path in a message


class Target(NamedTuple):
    """What a path names.

    Attributes:
        name: Of the model; empty if there is none.
        version: Number of a version, if there is one.
        label: Label of a version, if there is one.
        verb: One of `VERBS`, `metadata`, or nothing, which is the status.
    """

    name: str
    version: int | None
    label: str | None
    verb: str


def path_of(request: requests.Request) -> str:
    """The path as TensorFlow Serving sees it: not decoded, with the query.

    It is ASCII: connections refuse anything else.
    """
    path = request.scope["raw_path"].decode("ascii")
    query = request.scope["query_string"].decode("ascii")
    return f"{path}?{query}" if query else path


def of_request(method: str, path: str) -> Target:
    """Reads a path.

    Paths may be in any case. Verbs may not, which is by accident there, too.

    Raises:
        Refusal: If it names nothing.
    """
    pattern = {"POST": _POST, "GET": _GET}.get(method)
    match = pattern and pattern.fullmatch(path)
    name, digits, label, verb = match.groups() if match else [None] * 4
    if not match or (method == "POST" and verb not in VERBS):
        raise _bad(f"Malformed request: {method} {path[:_SHOWN]}")
    # Python refuses to read numbers of thousands of digits.
    if digits and (len(digits) > _SHOWN or int(digits) > _LARGEST):
        raise _bad(f"Failed to convert version: {digits[:_SHOWN]} to numeric.")
    return Target(
        urllib.parse.unquote(name or ""),
        int(digits) if digits else None,
        urllib.parse.unquote(label) if label else None,
        verb or "",
    )


def _bad(message):
    return refusals.Refusal(grpc.StatusCode.INVALID_ARGUMENT, message)
