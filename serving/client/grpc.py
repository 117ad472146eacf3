"""A model behind TensorFlow Serving's gRPC protocol, from picture to cartoon.

Importing it loads TensorFlow, which the protocol's messages come with.
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
_FIRST_PAUSE = 0.5  # Seconds.
_LONGEST_PAUSE = 30.0
# Of a message; 4 MB by default, which the cartoon of a large photo exceeds.
_UNLIMITED = -1


class GrpcClient:
    """Sends pictures to a server; threads may share one.

    Args:
        url: Of the server, such as `grpc://127.0.0.1:8500`, or `grpcs://` for
            TLS.
        model_name: Name of the model there.
        version: Number of a certain version.
        label: Label of a certain version, such as `stable`. The newest
            version answers where neither is given.
        timeout: Seconds that one try may wait for a response.
        retries: Further tries where the server is busy or out of reach, each
            after twice the pause of the last.
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
        """Gives an encoded picture's cartoon, encoded as the model does.

        Raises:
            ClientError: If the server cannot be reached or gives no cartoon.
        """
        response = self._predict(self._request(data))
        strings = response.outputs["cartoon_bytes"].string_val
        if not strings:
            raise errors.ClientError(
                f"{self._url} answers without `cartoon_bytes`; is the model "
                "one of `export.py`?"
            )
        return strings[0]

    def close(self) -> None:
        """Closes its connection."""
        self._channel.close()

    def _request(self, data):
        request = predict_pb2.PredictRequest(model_spec=self._spec)
        pictures = request.inputs["image_bytes"]
        pictures.dtype = types_pb2.DT_STRING
        pictures.tensor_shape.dim.add().size = 1
        pictures.string_val.append(data)
        return request

    def _predict(self, request):
        """Tries on its own account.

        The retries that gRPC has end at five, share one deadline, and are
        off for requests above 256 KB.
        """
        pauses = _pauses(self._retries)
        while True:
            try:
                return self._stub.Predict(request, timeout=self._timeout)
            except grpc.RpcError as error:
                pause = next(pauses, None)
                if pause is None or error.code() not in _RETRIED:
                    raise errors.ClientError(
                        f"{self._url} answers {error.code().name}: "
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


def _pauses(retries):
    """Seconds before each further try: doubled, with as much jitter at most."""
    for number in range(retries):
        pause = min(_FIRST_PAUSE * 2**number, _LONGEST_PAUSE)
        yield pause + random.uniform(0, _FIRST_PAUSE)
