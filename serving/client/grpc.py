"""Client for TensorFlow Serving's gRPC API, from picture to cartoon.

Importing it loads TensorFlow, which provides the protocol's messages.
"""

import random
import time
import urllib.parse

import grpc
from tensorflow.core.framework import types_pb2
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from .. import addresses
from . import errors

_RETRIED = {
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
}
_INITIAL_BACKOFF = 0.5  # Seconds.
_MAX_BACKOFF = 30.0
# Message size; the default of 4 MB is too small for cartoons of large photos.
_UNLIMITED = -1


class GrpcClient:
    """gRPC client; thread-safe.

    Args:
        url: URL of the server, such as `grpc://127.0.0.1:8500`, or `grpcs://`
            for TLS.
        model_name: Name of the model on the server.
        version: Model version number.
        label: Model version label, such as `stable`. Without version and label
            the latest version is used.
        timeout: Timeout of each attempt, in seconds.
        retries: Number of retries if the server is busy or unreachable, with
            exponential backoff.
    """

    def __init__(
        self,
        url: str,
        *,
        model_name: str = "cartoongan",
        version: int | None = None,
        label: str | None = None,
        timeout: float = 60.0,
        retries: int = 4,
    ) -> None:
        self._url = url
        self._spec = predict_pb2.PredictRequest().model_spec
        self._spec.name = model_name
        if label is not None:
            self._spec.version_label = label
        elif version is not None:
            self._spec.version.value = version
        self._timeout = timeout
        self._retries = retries
        self._channel = _channel(url)
        self._stub = prediction_service_pb2_grpc.PredictionServiceStub(
            self._channel
        )

    def cartoonize(self, data: bytes) -> bytes:
        """Cartoonizes a picture.

        Args:
            data: Bytes of an encoded picture.

        Returns:
            Bytes of the cartoon, in the model's encoding.

        Raises:
            ClientError: If the server is unreachable or returns an error.
        """
        response = self._predict(self._request(data))
        strings = response.outputs["cartoon_bytes"].string_val
        if not strings:
            raise errors.ClientError(
                f"{self._url} responded without `cartoon_bytes`; is the model "
                "from `export.py`?"
            )
        return strings[0]

    def close(self) -> None:
        """Closes the connection."""
        self._channel.close()

    def _request(self, data):
        request = predict_pb2.PredictRequest(model_spec=self._spec)
        pictures = request.inputs["image_bytes"]
        pictures.dtype = types_pb2.DT_STRING
        pictures.tensor_shape.dim.add().size = 1
        pictures.string_val.append(data)
        return request

    def _predict(self, request):
        """Sends a request, with retries.

        gRPC's built-in retries are limited to five, share one deadline, and
        are off for requests above 256 KB.
        """
        pauses = _backoff(self._retries)
        while True:
            try:
                return self._stub.Predict(request, timeout=self._timeout)
            except grpc.RpcError as error:
                pause = next(pauses, None)
                if pause is None or error.code() not in _RETRIED:
                    raise errors.ClientError(
                        f"{self._url} responded {error.code().name}: "
                        f"{error.details()}"
                    ) from error
            time.sleep(pause)


def _channel(url):
    parts = urllib.parse.urlsplit(url)
    has_proxy = not addresses.is_loopback(parts.hostname)
    options = [
        ("grpc.max_receive_message_length", _UNLIMITED),
        ("grpc.max_send_message_length", _UNLIMITED),
        ("grpc.enable_retries", 0),
        ("grpc.enable_http_proxy", int(has_proxy)),
    ]
    if parts.scheme == "grpcs":
        return grpc.secure_channel(
            parts.netloc, grpc.ssl_channel_credentials(), options
        )
    return grpc.insecure_channel(parts.netloc, options)


def _backoff(retries):
    """Yields seconds to wait before each retry: exponential, with jitter."""
    for number in range(retries):
        pause = min(_INITIAL_BACKOFF * 2**number, _MAX_BACKOFF)
        yield pause + random.uniform(0, _INITIAL_BACKOFF)
