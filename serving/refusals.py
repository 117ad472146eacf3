"""Requests that get no answer, and why, in TensorFlow Serving's terms."""

import re

import grpc
import tensorflow as tf

# TensorFlow Serving's `http_rest_api_handler`; what is not here is 500.
_HTTP = {
    grpc.StatusCode.OK: 200,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.CANCELLED: 499,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
}
_CODES = {code.value[0]: code for code in grpc.StatusCode}
# What TensorFlow puts around the sentence of an operation: where in the graph
# it stands, `[[{{node map/while/Assert}}]]`, and that it is an assertion's.
_BEFORE = re.compile(
    r"^Graph execution error:\s*|^Detected at node.*?\n\n", re.S
)
_BEHIND = re.compile(r"\s*(\[\[\{\{|\d+ successful operations|Hint: ).*", re.S)
_ASSERTION = re.compile(r"^assertion failed: \[(.*)\]$", re.S)


class Refusal(Exception):
    """A request that cannot be answered.

    Attributes:
        code: The canonical code, the same for REST and gRPC.
        message: One sentence, without names of nodes of a graph.
    """

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def http_status(self) -> int:
        """The status of HTTP that stands for the code."""
        return _HTTP.get(self.code, 500)


def of_error(error: tf.errors.OpError) -> Refusal:
    """What a session raised, as an answer: nodes' names are cut off."""
    sentence = _BEHIND.sub("", _BEFORE.sub("", error.message))
    return Refusal(_CODES[error.error_code], _ASSERTION.sub(r"\1", sentence))
