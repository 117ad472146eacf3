"""A server of TensorFlow Serving's gRPC protocol that serves one function."""

import concurrent.futures
import contextlib

import grpc
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc


class Servicer(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Answers `Predict` with what a function makes of an encoded picture.

    Args:
        function: From bytes to bytes. A `ValueError` of it is the client's
            error.
        errors: Codes that come first, one a request.

    Attributes:
        requests: All that came.
        output: Name of what is answered.
    """

    def __init__(self, function, errors=()):
        self._function = function
        self.errors = list(errors)
        self.requests = []
        self.output = "cartoon_bytes"

    def Predict(self, request, context):
        self.requests.append(request)
        if self.errors:
            context.abort(self.errors.pop(0), "The queue is full.")
        spec = request.model_spec
        if spec.version.value > 1:
            which = f"Specific({spec.name}, {spec.version.value})"
            context.abort(
                grpc.StatusCode.NOT_FOUND,
                f"Servable not found for request: {which}",
            )
        (picture,) = tf.make_ndarray(request.inputs["image_bytes"])
        try:
            cartoon = self._function(picture)
        except ValueError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        response = predict_pb2.PredictResponse()
        response.outputs[self.output].CopyFrom(tf.make_tensor_proto([cartoon]))
        return response


@contextlib.contextmanager
def serve(servicer):
    """Runs a server at a free port; gives its address."""
    unlimited = [
        (f"grpc.max_{way}_message_length", -1) for way in ("receive", "send")
    ]
    threads = concurrent.futures.ThreadPoolExecutor(2)
    server = grpc.server(threads, options=unlimited)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        servicer, server
    )
    address = f"grpc://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    try:
        yield address
    finally:
        server.stop(None).wait()
