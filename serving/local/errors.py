"""Request errors, with TensorFlow Serving's codes and HTTP statuses."""

import re

import tensorflow as tf
from tensorflow.core.lib.core import error_codes_pb2

# From TensorFlow Serving's `http_rest_api_handler`; other codes give 500.
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
# TensorFlow wraps the message of an operation in its location in the graph,
# `[[{{node map/while/Assert}}]]`, and marks failed assertions.
_PREFIX = re.compile(
    r"^Graph execution error:\s*|^Detected at node.*?\n\n", re.S
)
_SUFFIX = re.compile(r"\s*(\[\[\{\{|\d+ successful operations|Hint: ).*", re.S)
_ASSERTION = re.compile(r"^assertion failed: \[(.*)\]$", re.S)


class RequestError(Exception):
    """A request that fails.

    Attributes:
        message: Error message, without names of graph nodes.
        code: Name of TensorFlow's error code.
    """

    def __init__(self, message: str, code: str = "INVALID_ARGUMENT") -> None:
        super().__init__(message)
        self.message = message
        self.code = code

    @property
    def http_status(self) -> int:
        """TensorFlow Serving's HTTP status for the code."""
        return _HTTP_STATUS.get(self.code, 500)


def from_tensorflow(error: tf.errors.OpError) -> RequestError:
    """Converts a session's error, removing names of graph nodes."""
    message = _SUFFIX.sub("", _PREFIX.sub("", error.message))
    code = error_codes_pb2.Code.Name(error.error_code)
    return RequestError(_ASSERTION.sub(r"\1", message), code)
