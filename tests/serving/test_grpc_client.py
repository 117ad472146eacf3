"""Against a server that plays a script; test_client.py has the real one."""

import concurrent.futures
import time

import grpc
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc

from serving import failures
from serving import grpc_client

CARTOON = b"\x89PNG of a cartoon"


class Service(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Refuses with the codes of the script, then answers."""

    def __init__(self):
        self.script, self.seen = [], []
        self.outputs = {"cartoon_bytes": [CARTOON]}
        self.seconds = 0

    def Predict(self, request, context):
        self.seen.append(request)
        time.sleep(self.seconds)
        if self.script:
            context.abort(self.script.pop(0), "The queue is full.")
        answer = predict_pb2.PredictResponse()
        for name, value in self.outputs.items():
            answer.outputs[name].CopyFrom(tf.make_tensor_proto(value))
        return answer


@pytest.fixture
def service():
    return Service()


@pytest.fixture
def connect(service):
    server = grpc.server(
        concurrent.futures.ThreadPoolExecutor(2),
        options=[
            ("grpc.max_receive_message_length", -1),
            ("grpc.max_send_message_length", -1),
        ],
    )
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        service, server
    )
    url = f"grpc://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    clients = []

    def connect(**options):
        clients.append(grpc_client.GrpcClient(url, **options))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()
    server.stop(None).wait()


def test_a_picture_is_sent_as_a_batch_of_one(connect, service):
    assert connect(model_name="other").cartoonize(b"photo") == CARTOON
    (request,) = service.seen
    assert request.model_spec.name == "other"
    assert request.model_spec.WhichOneof("version_choice") is None
    pictures = tf.make_ndarray(request.inputs["image_bytes"])
    assert pictures.tolist() == [b"photo"]


def test_a_version_is_asked_for_by_number_or_by_label(connect, service):
    connect(version=3).cartoonize(b"photo")
    connect(label="stable").cartoonize(b"photo")
    specs = [request.model_spec for request in service.seen]
    assert specs[0].version.value == 3
    assert specs[1].version_label == "stable"


def test_pictures_above_four_megabytes_come_and_go(connect, service):
    large = bytes(5 * 2**20)
    service.outputs = {"cartoon_bytes": [large]}
    assert connect(retries=0).cartoonize(large) == large


@pytest.mark.parametrize(
    "code",
    [
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
    ],
)
def test_a_busy_server_is_asked_again(connect, service, code):
    service.script = [code]
    assert connect(retries=1).cartoonize(bytes(2**20)) == CARTOON
    assert len(service.seen) == 2


def test_a_server_that_stays_busy_is_a_failure_in_its_words(connect, service):
    service.script = [grpc.StatusCode.RESOURCE_EXHAUSTED] * 9
    with pytest.raises(
        failures.Failure, match="RESOURCE_EXHAUSTED: The queue is full"
    ):
        connect(retries=1).cartoonize(b"photo")
    assert len(service.seen) == 2


def test_what_cannot_be_mended_by_asking_again_is_asked_once(connect, service):
    service.script = [grpc.StatusCode.INVALID_ARGUMENT]
    with pytest.raises(failures.Failure, match="INVALID_ARGUMENT: The queue"):
        connect().cartoonize(b"photo")
    assert len(service.seen) == 1


def test_a_model_without_cartoons_is_a_failure(connect, service):
    service.outputs = {"scores": [b"x"]}
    with pytest.raises(failures.Failure, match="answers without `cartoon_b"):
        connect().cartoonize(b"photo")


def test_a_server_that_is_not_there_is_a_failure():
    client = grpc_client.GrpcClient("grpc://127.0.0.1:1", retries=0)
    with pytest.raises(failures.Failure, match="answers UNAVAILABLE"):
        client.cartoonize(b"photo")
    client.close()


def test_a_server_that_is_too_slow_is_a_failure(connect, service):
    service.seconds = 1
    with pytest.raises(failures.Failure, match="answers DEADLINE_EXCEEDED"):
        connect(timeout=0.05, retries=0).cartoonize(b"photo")
