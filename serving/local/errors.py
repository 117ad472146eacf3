"""Requests that cannot be answered, in TensorFlow Serving's terms."""

import re

import tensorflow as tf
from tensorflow.core.lib.core import error_codes_pb2

# TensorFlow Serving's `http_rest_api_handler`; what is not here is 500.
_HTTP_STATUS = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
# What TensorFlow puts around the message of an operation: where in the graph
# it stands, `[[{{node map/while/Assert}}]]`, and that it is an assertion's.
_PREFIX = re.compile(
    r"^Graph execution error:\s*|^Detected at node.*?\n\n", re.S
)
_SUFFIX = re.compile(r"\s*(\[\[\{\{|\d+ successful operations|Hint: ).*", re.S)
_ASSERTION = re.compile(r"^assertion failed: \[(.*)\]$", re.S)


class RequestError(Exception):
    """A request that cannot be answered.

    Attributes:
        message: What is wrong with it, without names of nodes of a graph.
        code: Name of TensorFlow's error code.
    """

    def __init__(self, message: str, code: str = "INVALID_ARGUMENT") -> None:
        super().__init__(message)
        self.message = message
        self.code = code

    @property
    def http_status(self) -> int:
        """The HTTP status that TensorFlow Serving gives for the code."""
        return _HTTP_STATUS.get(self.code, 500)


def from_tensorflow(error: tf.errors.OpError) -> RequestError:
    """Message of a session's error, without names of nodes."""
    message = _SUFFIX.sub("", _PREFIX.sub("", error.message))
    code = error_codes_pb2.Code.Name(error.error_code)
    return RequestError(_ASSERTION.sub(r"\1", message), code)
