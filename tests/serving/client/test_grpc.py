"""Against a small server; test_command.py has the model behind it."""

import time

import grpc
import grpc_server
import pytest
import tensorflow as tf

from serving.client import errors
from serving.client import grpc as grpc_client

CARTOON = b"\x89PNG of a cartoon"


@pytest.fixture
def servicer():
    return grpc_server.Servicer(lambda picture: CARTOON)


@pytest.fixture
def connect(servicer):
    with grpc_server.serve(servicer) as url:
        clients = []

        def connect(**options):
            clients.append(grpc_client.GrpcClient(url, **options))
            return clients[-1]

        yield connect
        for client in clients:
            client.close()


def test_a_picture_is_sent_as_a_batch_of_one(connect, servicer):
    assert connect(model_name="other").cartoonize(b"photo") == CARTOON
    (request,) = servicer.requests
    assert request.model_spec.name == "other"
    assert request.model_spec.WhichOneof("version_choice") is None
    pictures = tf.make_ndarray(request.inputs["image_bytes"])
    assert pictures.tolist() == [b"photo"]


def test_a_version_is_requested_by_number_or_label(connect, servicer):
    connect(version=1).cartoonize(b"photo")
    connect(label="stable").cartoonize(b"photo")
    specs = [request.model_spec for request in servicer.requests]
    assert specs[0].version.value == 1
    assert specs[1].version_label == "stable"


def test_messages_may_exceed_four_megabytes():
    large = bytes(5 * 2**20)
    with grpc_server.serve(grpc_server.Servicer(lambda same: same)) as url:
        client = grpc_client.GrpcClient(url, retries=0)
        assert client.cartoonize(large) == large
        client.close()


@pytest.mark.parametrize(
    "code",
    [
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
    ],
)
def test_requests_to_a_busy_server_are_retried(connect, servicer, code):
    servicer.errors = [code]
    assert connect(retries=1).cartoonize(bytes(2**20)) == CARTOON
    assert len(servicer.requests) == 2


def test_a_server_that_stays_busy_raises_its_message(connect, servicer):
    servicer.errors = [grpc.StatusCode.RESOURCE_EXHAUSTED] * 9
    with pytest.raises(
        errors.ClientError, match="RESOURCE_EXHAUSTED: The queue is full"
    ):
        connect(retries=1).cartoonize(b"photo")
    assert len(servicer.requests) == 2


def test_permanent_errors_are_not_retried(connect, servicer):
    servicer.errors = [grpc.StatusCode.INVALID_ARGUMENT]
    with pytest.raises(errors.ClientError, match="INVALID_ARGUMENT: The queue"):
        connect().cartoonize(b"photo")
    assert len(servicer.requests) == 1


def test_a_model_without_cartoons_raises(connect, servicer):
    servicer.output = "scores"
    with pytest.raises(errors.ClientError, match="responded without `cart"):
        connect().cartoonize(b"photo")


def test_loopback_bypasses_the_proxy(connect, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert connect(retries=0).cartoonize(b"photo") == CARTOON


def test_an_unreachable_server_raises():
    client = grpc_client.GrpcClient("grpc://127.0.0.1:1", retries=0)
    with pytest.raises(errors.ClientError, match="responded UNAVAILABLE"):
        client.cartoonize(b"photo")
    client.close()


def test_a_slow_server_times_out():
    slow = grpc_server.Servicer(lambda _: time.sleep(1) or CARTOON)
    with grpc_server.serve(slow) as url:
        client = grpc_client.GrpcClient(url, timeout=0.05, retries=0)
        with pytest.raises(errors.ClientError, match="DEADLINE_EXCEEDED"):
            client.cartoonize(b"photo")
        client.close()
