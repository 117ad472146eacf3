"""Requests to the local server, from their bodies to a model's input."""

import contextlib
import gzip

import tensorflow as tf
from starlette import exceptions
from tensorflow.core.protobuf import meta_graph_pb2

from serving.local import errors
from serving.local import request_body
from serving.local import request_json

_MAX_BYTES = 1_000_000
_TYPES = (tf.string, tf.uint8, tf.float32)


def _signature(dtype):
    made = meta_graph_pb2.SignatureDef()
    made.inputs["image"].dtype = dtype.as_datatype_enum
    return made


_SIGNATURES = [_signature(dtype) for dtype in _TYPES]


def check(data: bytes) -> None:
    """Parses a body as received, decompressed, and compressed."""
    with contextlib.suppress(errors.RequestError, exceptions.HTTPException):
        request_body.decompress(data, request_body.GZIP, _MAX_BYTES)
    packed = gzip.compress(data, 1)
    assert (
        request_body.decompress(packed, request_body.GZIP, _MAX_BYTES) == data
    )
    with contextlib.suppress(errors.RequestError):
        document = request_json.parse(data)
        for signature in _SIGNATURES:
            with contextlib.suppress(errors.RequestError):
                request_json.tensor(document, signature)
