"""The states that a version of a model goes through, as clients are told.

Numbers and names are those of TensorFlow Serving's `ModelVersionStatus`.
"""

import enum
from typing import NamedTuple

import grpc


class State(enum.IntEnum):
    """Where a version is on its way."""

    START = 10
    LOADING = 20
    AVAILABLE = 30
    UNLOADING = 40
    END = 50


class VersionStatus(NamedTuple):
    """What clients are told of a version.

    Attributes:
        version: Its number.
        state: Where it is.
        code: OK, unless it could not be loaded.
        message: Why it could not be loaded, or nothing.
    """

    version: int
    state: State
    code: grpc.StatusCode = grpc.StatusCode.OK
    message: str = ""
