"""Abuse of the server: it responds with errors and keeps serving."""

import base64
import gzip
import http.client
import json
import re
import shutil
import socket
import threading
import urllib.parse

import local_server
import numpy as np
import pytest
import requests
from waiting import wait_until

from benchmarks import request_mutations
from cartoongan_tf.images import pictures

PREDICT = "/v1/models/cartoongan:predict"
MAX_BODY = 2**20
TOO_LARGE = f"The body is larger than {MAX_BODY} bytes."
NOTHING_WAITS = "cartoongan_pending_requests 0.0"


@pytest.fixture(scope="module")
def server(published, tmp_path_factory):
    folder = tmp_path_factory.mktemp("abuse") / "saved_model"
    shutil.copytree(published, folder)
    with local_server.serve(
        {"cartoongan": folder},
        max_body_mb=1,
        rest_api_timeout_in_ms=10_000,
        file_system_poll_wait_seconds=0.1,
    ) as address:
        yield address, folder


@pytest.fixture
def address(server):
    """The server, which after each test is as it was before."""
    address, _ = server
    yield address
    picture = np.zeros((16, 24, 3), "uint8")
    assert ask(address, picture).status_code == 200
    assert NOTHING_WAITS in metrics_of(address)


def metrics_of(address):
    return requests.get(f"{address}/monitoring/prometheus/metrics").text


def count_of(address, status):
    """Number of predictions with this status."""
    name = 'cartoongan_requests_total{model="cartoongan",'
    line = re.escape(f'{name}status="{status}"}}')
    found = re.search(f"^{line} (.*)$", metrics_of(address), re.M)
    return float(found[1]) if found else 0


def states_of(address):
    found = requests.get(f"{address}/v1/models/cartoongan").json()
    return {
        each["version"]: each["state"] for each in found["model_version_status"]
    }


def ask(address, picture):
    data = base64.b64encode(pictures.encode_png(picture)).decode()
    document = {"instances": [{"b64": data}]}
    return requests.post(address + PREDICT, json=document, timeout=60)


def connect(address):
    parts = urllib.parse.urlsplit(address)
    return socket.create_connection((parts.hostname, parts.port), timeout=60)


def head(length, more=""):
    return (
        f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\n{more}"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


def status_of(data):
    return int(data.split(b" ", 2)[1])


def test_bodies_above_the_limit_are_refused(address):
    response = requests.post(address + PREDICT, b" " * (MAX_BODY + 1))
    assert response.status_code == 413
    assert response.json() == {"error": TOO_LARGE}
    assert count_of(address, "413")


def test_bodies_that_unpack_to_more_than_the_limit_are_refused(address):
    for size, status in ((MAX_BODY, 400), (MAX_BODY + 1, 413)):
        body, packed = gzip.compress(b" " * size), {"Content-Encoding": "gzip"}
        response = requests.post(address + PREDICT, body, headers=packed)
        assert response.status_code == status


def test_half_of_a_surrogate_pair_is_quoted(address):
    document = '{"instances": [1], "signature_name": "\\ud800"}'
    response = requests.post(address + PREDICT, document)
    assert response.status_code == 400
    assert "\\ud800" in response.json()["error"]


def test_bodies_that_do_not_tell_their_length_are_limited_too(address):
    def chunks():
        for _ in range(20):
            yield b" " * 100_000

    response = requests.post(address + PREDICT, chunks())
    assert response.status_code == 413
    assert response.json() == {"error": TOO_LARGE}


def test_bodies_as_large_as_the_limit_are_read(address):
    response = requests.post(address + PREDICT, b" " * MAX_BODY)
    assert response.status_code == 400


def test_clients_may_wait_for_100_continue(address):
    """curl waits with bodies of more than a megabyte."""
    with connect(address) as connection:
        connection.sendall(head(2, "Expect: 100-continue\r\n"))
        assert status_of(connection.recv(1000)) == 100
        connection.sendall(b"{}")
        assert status_of(connection.recv(1000)) == 400
    with connect(address) as connection:
        connection.sendall(head(MAX_BODY + 1, "Expect: 100-continue\r\n"))
        assert status_of(connection.recv(1000)) == 413


def test_bodies_that_never_arrive_time_out(address):
    with connect(address) as connection:
        connection.sendall(head(1000) + b'{"instances"')
        assert status_of(connection.recv(1000)) == 408


def test_endless_headers_are_refused(address):
    with connect(address) as connection:
        lines = b"X-More: " + b"x" * 1000 + b"\r\n"
        connection.sendall(b"GET / HTTP/1.1\r\n" + lines * 80)
        assert status_of(connection.recv(1000)) == 400


def test_connections_that_send_nothing_disturb_nobody(address):
    idle = [connect(address) for _ in range(20)]
    assert requests.get(f"{address}/healthz").status_code == 200
    for connection in idle:
        connection.close()


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"NONSENSE\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"GET /v1/models/\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/models/a b HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
)
def test_other_protocols_are_refused(address, data):
    with connect(address) as connection:
        connection.sendall(data)
        assert status_of(connection.recv(1000)) in (400, 404)


def test_clients_may_leave_in_the_middle(address):
    body = json.dumps(
        {
            "signature_name": "uint8",
            "instances": [np.zeros((160, 200, 3), "uint8").tolist()],
        }
    ).encode()
    for part in (len(body) // 2, len(body)):
        for _ in range(10):
            with connect(address) as connection:
                connection.sendall(head(len(body)) + body[:part])
    wait_until(lambda: NOTHING_WAITS in metrics_of(address))
    assert count_of(address, "CANCELLED")


def test_pictures_too_large_by_their_header_are_refused(address):
    response = ask(address, np.zeros((12_000, 12_000, 3), "uint8"))
    assert response.status_code == 400
    assert "has 12000 x 12000 pixels" in response.json()["error"]


@pytest.mark.parametrize("characters", ["[", '{"a":'])
def test_nesting_bombs_are_refused(address, characters):
    body = '{"instances":' + characters * 100_000
    response = requests.post(address + PREDICT, body.encode())
    assert response.status_code == 400


@pytest.mark.parametrize("values", [b"[],", b"{},", b'{"":0},'])
def test_bodies_that_need_much_memory_as_json_are_refused(address, values):
    count = (MAX_BODY - 100) // len(values)
    body = b'{"instances": [' + values * count + b"0]}"
    response = requests.post(address + PREDICT, body)
    assert response.status_code == 400


def test_mutated_requests_are_answered_or_refused(address, random):
    picture = pictures.encode_png(random.integers(0, 256, (16, 24, 3), "uint8"))
    host = urllib.parse.urlsplit(address).netloc
    connection = http.client.HTTPConnection(host, timeout=60)
    statuses: dict[int, int] = {}
    for request in request_mutations.requests(picture, seed=0, count=400):
        connection.request("POST", *request)
        response = connection.getresponse()
        response.read()
        statuses[response.status] = statuses.get(response.status, 0) + 1
    connection.close()
    assert set(statuses) <= {200, 400, 404, 413, 415}, statuses
    assert statuses[200] > 10
    assert statuses[400] > 200


def test_a_broken_version_under_load_disturbs_nobody(server, address):
    _, folder = server
    stop = threading.Event()
    statuses = set()

    def load():
        picture = np.zeros((16, 24, 3), "uint8")
        while not stop.is_set():
            statuses.add(ask(address, picture).status_code)

    threads = [threading.Thread(target=load) for _ in range(3)]
    for thread in threads:
        thread.start()
    broken = folder / "2"
    shutil.copytree(folder / "1", folder / "being_written")
    (folder / "being_written" / "saved_model.pb").write_bytes(b"\x08\x01broken")
    (folder / "being_written").rename(broken)
    try:
        wait_until(lambda: states_of(address).get("2") == "END")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert states_of(address) == {"1": "AVAILABLE", "2": "END"}
    assert statuses == {200}
