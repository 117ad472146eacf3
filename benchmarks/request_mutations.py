"""Requests that went wrong on their way, for abuse of a server.

Valid requests to `:predict` of the model that `export.py` writes, and what
becomes of them when bytes, numbers, keys and lengths change.
"""

import base64
import gzip
import json
import random
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any
from typing import NamedTuple

PATH = "/v1/models/cartoongan:predict"


class Request(NamedTuple):
    """A request to post; its body has the length that its headers say."""

    path: str
    body: bytes
    headers: dict[str, str]


def requests(picture: bytes, seed: int, count: int) -> Iterator[Request]:
    """Makes mutated requests.

    Args:
        picture: An encoded picture, small.
        seed: The same seed makes the same requests.
        count: How many.
    """
    chance = random.Random(seed)
    for _ in range(count):
        document = chance.choice(_valid(picture))
        for _ in range(chance.randint(1, 3)):
            document = chance.choice(_OF_DOCUMENTS)(chance, document)
        body = json.dumps(document).encode()
        if chance.random() < 0.5:
            body = chance.choice(_OF_BYTES)(chance, body)
        yield _sent(chance, body)


def _valid(picture):
    encoded = {"b64": base64.b64encode(picture).decode()}
    pixels = [[[0, 128, 255]] * 24] * 16
    return [
        {"instances": [encoded]},
        {"instances": [{"image_bytes": encoded}] * 2},
        {"inputs": [encoded], "signature_name": "serving_default"},
        {"inputs": [pixels], "signature_name": "uint8"},
        {"instances": [pixels], "signature_name": "float32"},
    ]


def _sent(chance, body):
    headers = {"Content-Type": "application/json"}
    path = PATH
    if chance.random() < 0.1:
        body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
        body = chance.choice([*_OF_BYTES, _same])(chance, body)
    if chance.random() < 0.05:
        path = chance.choice(_PATHS)
    return Request(path, body, headers)


def _change_somewhere(chance, value, change: Callable):
    """Applies a change to a value, or to one deep in it."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        key = chance.choice(list(value))
        return {**value, key: _change_somewhere(chance, value[key], change)}
    if isinstance(value, list) and value and chance.random() < 0.8:
        place = chance.randrange(len(value))
        changed = _change_somewhere(chance, value[place], change)
        return [*value[:place], changed, *value[place + 1 :]]
    return change(value)


def _other_value(chance, document):
    return _change_somewhere(chance, document, lambda _: chance.choice(_VALUES))


def _wrapped(chance, document):
    deep = chance.randint(1, 60)
    return _change_somewhere(chance, document, lambda v: _nested(v, deep))


def _nested(value, depth):
    for _ in range(depth):
        value = [value]
    return value


def _without_key(chance, document):
    if not isinstance(document, dict) or not document:
        return document
    gone = chance.choice(list(document))
    return {key: value for key, value in document.items() if key != gone}


def _with_key(chance, document):
    if not isinstance(document, dict):
        return document
    return {**document, chance.choice(_KEYS): chance.choice(_VALUES)}


def _damaged_text(chance, document):
    def damage(value):
        if not isinstance(value, str) or not value:
            return value
        place = chance.randrange(len(value))
        return value[:place] + chance.choice("=-_A\u00e9 ") + value[place:]

    return _change_somewhere(chance, document, damage)


def _damaged_picture(chance, document):
    def damage(value):
        try:
            data = bytearray(base64.b64decode(value, validate=True))
        except (TypeError, ValueError):
            return value
        for _ in range(chance.randint(1, 8)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        del data[chance.randint(len(data) // 2, 2 * len(data)) :]
        return base64.b64encode(data).decode()

    return _change_somewhere(chance, document, damage)


def _same(_, value):
    return value


def _cut(chance, body):
    return body[: chance.randrange(len(body) + 1)]


def _flipped(chance, body):
    data = bytearray(body)
    for _ in range(chance.randint(1, 8)):
        if data:
            data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def _repeated(chance, body):
    place = chance.randrange(len(body) + 1)
    part = body[place : place + 40] or b"["
    return body[:place] + part * chance.choice([2, 50, 2000]) + body[place:]


_VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    256,
    2**31,
    2**63,
    2**64,
    10**400,
    float("nan"),
    float("inf"),
    -1e308,
    "",
    "\x00",
    "text",
    "\ud800",
    [],
    [[]],
    {},
    {"b64": ""},
    {"b64": None},
    {"b64": "AAAA"},
    [1, [2]],
    "x" * 10_000,
]
_KEYS = ["instances", "inputs", "signature_name", "b64", "image", "\u00e9", ""]
_PATHS = [
    "/v1/models/cartoongan/versions/2:predict",
    "/v1/models/cartoongan/versions/99999999999999999999:predict",
    "/v1/models/cartoongan/labels/%00:predict",
    "/v1/models/%ff%fe:predict",
    "/v1/models/cartoongan:classify",
    "/v1/models/cartoongan:regress",
    "/v1//models",
    "/%2e%2e/%2e%2e/etc/passwd",
]
_OF_DOCUMENTS = [
    _damaged_picture,
    _damaged_picture,
    _damaged_text,
    _other_value,
    _wrapped,
    _without_key,
    _with_key,
    _same,
]
_OF_BYTES = [_cut, _flipped, _repeated]
