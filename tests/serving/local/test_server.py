"""The limits of the server as a whole, each on one that has it."""

import base64
import collections
import concurrent.futures
import io
import json
import shutil
import socket
import time
import urllib.parse

import local_server
import pytest
import requests
from PIL import Image
from waiting import wait_until

from cartoongan_tf.images import pictures

PREDICT = "/v1/models/cartoongan:predict"
PENDING = "cartoongan_pending_requests 1.0"


@pytest.fixture
def serve(published):
    def serve(folder=published, **chosen):
        return local_server.serve({"cartoongan": folder}, **chosen)

    return serve


@pytest.fixture
def body(random):
    """Request body of a picture that takes a while."""
    picture = random.integers(0, 256, (800, 600, 3), "uint8")
    encoded = base64.b64encode(pictures.encode_png(picture)).decode()
    return json.dumps({"instances": [{"b64": encoded}]}).encode()


def metrics_of(address):
    return requests.get(f"{address}/monitoring/prometheus/metrics").text


def post(address, body):
    response = requests.post(address + PREDICT, body, timeout=60)
    message = response.json().get("error")
    return response.status_code, message


def post_together(address, body, count):
    with concurrent.futures.ThreadPoolExecutor(count) as threads:
        responses = threads.map(lambda _: post(address, body), range(count))
    return collections.Counter(responses)


def test_slow_requests_are_given_up(serve, body, held_runs):
    with serve(rest_api_timeout_in_ms=2000) as address:
        held_runs.clear()
        response = post(address, body)
        held_runs.set()
    assert response == (504, "There was no response within 2 seconds.")


def test_more_requests_than_may_wait_are_told_to_come_later(serve, body):
    with serve(max_enqueued_requests=1) as address:
        responses = post_together(address, body, 6)
        assert post(address, body)[0] == 200
    later = (
        "The batch scheduling queue to which this task was submitted is full; "
        "1 requests are pending."
    )
    assert set(responses) == {(200, None), (503, later)}


def test_a_full_queue_says_when_to_come_again(serve, body, held_runs):
    with serve(max_enqueued_requests=1) as address:
        held_runs.clear()
        with concurrent.futures.ThreadPoolExecutor(1) as thread:
            first = thread.submit(post, address, body)
            wait_until(lambda: PENDING in metrics_of(address))
            response = requests.post(address + PREDICT, b"{}", timeout=60)
            held_runs.set()
            assert first.result() == (200, None)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"


def connect(address):
    parts = urllib.parse.urlsplit(address)
    return socket.create_connection((parts.hostname, parts.port), timeout=60)


def test_uploads_that_stall_keep_nobody_out(serve, body):
    with serve(max_enqueued_requests=1) as address, connect(address) as slow:
        slow.sendall(
            f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\n"
            "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n".encode()
        )
        assert b" 100 " in slow.recv(1000)  # The body is waited for.
        assert post(address, body)[0] == 200


def test_all_of_many_requests_are_answered(serve, body):
    with serve(num_batch_threads=2) as address:
        responses = post_together(address, body, 12)
        metrics = metrics_of(address)
    assert responses == {(200, None): 12}
    counted = 'cartoongan_requests_total{model="cartoongan",status="OK"}'
    assert f"{counted} 12.0" in metrics


def test_more_connections_than_there_may_be_are_refused(serve):
    with serve(max_connections=3) as address:
        idle = [connect(address) for _ in range(3)]
        response = requests.get(f"{address}/healthz", timeout=60)
        assert response.status_code == 503
        for connection in idle:
            connection.close()
        statuses = set()
        while 200 not in statuses:
            response = requests.get(f"{address}/healthz", timeout=60)
            statuses.add(response.status_code)


def test_a_server_whose_model_is_gone_is_not_healthy(
    serve, published, tmp_path
):
    folder = tmp_path / "saved_model"
    shutil.copytree(published / "1", folder / "1")
    with serve(folder, file_system_poll_wait_seconds=0.05) as address:
        assert requests.get(f"{address}/healthz").status_code == 200
        shutil.rmtree(folder / "1")
        response = requests.get(f"{address}/healthz")
        while response.status_code == 200:
            time.sleep(0.05)
            response = requests.get(f"{address}/healthz")
        assert response.status_code == 503
        assert response.text == "a model has no version\n"


def test_pictures_of_several_sizes_are_answered_side_by_side(serve, random):
    """Each gets its own cartoon, whatever else is under way."""
    sizes = [(20, 28), (33, 17), (48, 40), (16, 90)]
    bodies = []
    for size in sizes * 3:
        picture = random.integers(0, 256, (*size, 3), "uint8")
        encoded = base64.b64encode(pictures.encode_png(picture)).decode()
        bodies.append({"instances": [{"b64": encoded}]})

    def shape(address, document):
        response = requests.post(address + PREDICT, json=document, timeout=60)
        data = base64.b64decode(response.json()["predictions"][0]["b64"])
        with Image.open(io.BytesIO(data)) as cartoon:
            return cartoon.height, cartoon.width

    with (
        serve() as address,
        concurrent.futures.ThreadPoolExecutor(6) as threads,
    ):
        found = list(threads.map(lambda d: shape(address, d), bodies))
    assert found == sizes * 3
