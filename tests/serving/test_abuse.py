"""What no server should mind: the answers are refusals, and it goes on."""

import base64
import contextlib
import gzip
import http.client
import json
import re
import shutil
import socket
import struct
import threading
import time
import urllib.parse
import zlib

import local_server
import numpy as np
import pytest
import requests
from waiting import wait_until

from benchmarks import request_mutations
from cartoongan_tf.images import pictures
from serving import connections
from serving import model_configs

PREDICT = "/v1/models/cartoongan:predict"
MAX_BODY = 2**20
NOTHING_WAITS = "cartoongan_pending_requests 0.0"
GZIPPED = gzip.compress(b"{}", mtime=0)  # the same in every worker


@pytest.fixture(scope="module")
def server(published, tmp_path_factory):
    folder = tmp_path_factory.mktemp("abuse") / "saved_model"
    shutil.copytree(published, folder)
    models = [model_configs.of_folder("cartoongan", folder)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "HEADER_SECONDS", 2.5)
        patch.setattr(connections, "READ_SECONDS", 2.5)
        with local_server.serve(
            models,
            max_body_mb=1,
            max_bodies_mb=160,
            body_timeout_s=2.5,
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
    assert held_by(address) == 0
    assert NOTHING_WAITS in metrics_of(address)


def metrics_of(address):
    return requests.get(f"{address}/monitoring/prometheus/metrics").text


def count_of(address, status):
    """How many predictions have ended so."""
    name = ':tensorflow:serving:request_count{model_name="cartoongan",'
    line = re.escape(f'{name}status="{status}"}}')
    found = re.search(f"^{line} (.*)$", metrics_of(address), re.M)
    return float(found[1]) if found else 0


def states_of(address):
    found = requests.get(f"{address}/v1/models/cartoongan").json()
    return {
        each["version"]: each["state"] for each in found["model_version_status"]
    }


def held_by(address):
    """Bytes that the server counts as held."""
    found = re.search(
        "^cartoongan_bodies_bytes (.*)$", metrics_of(address), re.M
    )
    return float(found[1])


def ask(address, picture):
    data = base64.b64encode(pictures.encode_png(picture)).decode()
    document = {"instances": [{"b64": data}]}
    return requests.post(address + PREDICT, json=document, timeout=60)


def connect(address):
    parts = urllib.parse.urlsplit(address)
    return socket.create_connection((parts.hostname, parts.port), timeout=30)


def head(length, more=""):
    return (
        f"POST {PREDICT} HTTP/1.1\r\nHost: x\r\n{more}"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


def status_of(data):
    return int(data.split(b" ", 2)[1])


def received(connection):
    """All that comes until the other side closes."""
    data = b""
    with contextlib.suppress(ConnectionError):
        while chunk := connection.recv(65_536):
            data += chunk
    return data


def test_bodies_above_the_limit_are_refused(address):
    answer = requests.post(address + PREDICT, b" " * (MAX_BODY + 1))
    assert answer.status_code == 413
    assert "more than 1048576 bytes" in answer.json()["error"]


def test_bodies_that_do_not_tell_their_length_are_limited_too(address):
    def chunks():
        for _ in range(20):
            yield b" " * 100_000

    answer = requests.post(address + PREDICT, chunks())
    assert answer.status_code == 413


def test_bodies_as_large_as_the_limit_are_read(address):
    answer = requests.post(address + PREDICT, b" " * MAX_BODY)
    assert answer.status_code == 400


@pytest.mark.parametrize("size", [101 * 2**20, 10**10])
def test_gzip_bombs_are_cut(address, size):
    deflater = zlib.compressobj(9, wbits=31)
    body = b"".join(
        deflater.compress(b" " * 2**20) for _ in range(size >> 20 and 101)
    )
    body += deflater.flush()
    if size == 10**10:  # a bomb that says that it is small
        body = body[:-4] + struct.pack("<I", 100)
    answer = requests.post(
        address + PREDICT, body, headers={"Content-Encoding": "gzip"}
    )
    assert answer.status_code == (400 if size == 10**10 else 413)


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", GZIPPED[:-5], GZIPPED + b"more"],
)
def test_damaged_gzip_is_refused(address, body):
    answer = requests.post(
        address + PREDICT, body, headers={"Content-Encoding": "gzip"}
    )
    # Where the length of the whole should be, there may be a large number.
    assert answer.status_code in (400, 413)


@pytest.mark.parametrize(
    "body", [GZIPPED * 2, gzip.compress(bytes(100), 0, mtime=0)[:-20]]
)
def test_gzip_that_is_not_one_whole_file_is_damaged(address, body):
    answer = requests.post(
        address + PREDICT, body, headers={"Content-Encoding": "gzip"}
    )
    assert answer.json()["error"] == "The gzip body is damaged."


def test_bodies_may_be_slow_while_they_come(address):
    with connect(address) as connection:
        connection.sendall(head(12 * 80_000))
        for _ in range(12):
            connection.sendall(b" " * 80_000)
            time.sleep(0.4)
        assert status_of(connection.recv(1000)) == 400


def test_other_encodings_are_refused(address):
    answer = requests.post(
        address + PREDICT, b"{}", headers={"Content-Encoding": "br"}
    )
    assert answer.status_code == 400
    assert "use gzip" in answer.json()["error"]


def test_large_requests_beside_large_ones_are_told_to_come_later(address):
    body = gzip.compress(b" " * (90 * 2**20))
    headers = {"Content-Encoding": "gzip"}
    statuses = []

    def send():
        answer = requests.post(address + PREDICT, body, headers=headers)
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) == {400, 429}


def test_clients_may_wait_until_they_are_told_to_go_on(address):
    """As curl does with a body of more than a megabyte."""
    with connect(address) as connection:
        connection.sendall(head(2, "Expect: 100-continue\r\n"))
        assert status_of(connection.recv(1000)) == 100
        connection.sendall(b"{}")
        assert status_of(connection.recv(1000)) == 400
    with connect(address) as connection:
        connection.sendall(head(MAX_BODY + 1, "Expect: 100-continue\r\n"))
        assert status_of(connection.recv(1000)) == 413


def test_truncated_bodies_hold_nothing(address):
    with connect(address) as connection:
        connection.sendall(head(1000) + b'{"instances"')
    with connect(address) as connection:
        connection.sendall(head(1000) + b'{"instances"')
        assert status_of(received(connection)) == 408


def test_headers_that_drip_are_cut_off(address):
    with connect(address) as connection:
        connection.sendall(b"POST ")
        start = time.monotonic()
        with contextlib.suppress(ConnectionError):
            while time.monotonic() - start < 30:
                connection.sendall(b"x")
                time.sleep(0.1)
        assert not received(connection)
        assert time.monotonic() - start < 20


def test_bodies_that_drip_are_cut_off(address):
    with connect(address) as connection:
        connection.sendall(head(1000))
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                connection.sendall(b" ")
                time.sleep(0.05)
        assert status_of(received(connection)) == 408


def test_connections_that_send_nothing_are_closed(address):
    with connect(address) as connection:
        assert received(connection) == b""


def test_endless_headers_are_refused(address):
    with connect(address) as connection:
        lines = b"X-More: " + b"x" * 1000 + b"\r\n"
        connection.sendall(b"GET / HTTP/1.1\r\n" + lines * 80)
        data = received(connection)
    assert status_of(data) == 400
    assert data.endswith(b"The headers are too large.")


def test_clients_that_do_not_read_are_cut_off(address, random):
    """What they leave unread counts as held until then."""
    picture = random.integers(0, 2, (900, 700, 3)).tolist()
    document = {"signature_name": "float32", "instances": [picture]}
    body = gzip.compress(json.dumps(document).encode())
    answer = requests.post(
        address + PREDICT, body, headers={"Content-Encoding": "gzip"}
    )
    size = len(answer.content)
    with connect(address) as connection:
        connection.sendall(head(len(body), "Content-Encoding: gzip\r\n") + body)
        wait_until(lambda: held_by(address) == size)
        wait_until(lambda: held_by(address) == 0)
        assert len(received(connection)) < size / 2


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET /v1/models/\xff HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET /v1/models/a?\xff HTTP/1.1\r\nConnection: close\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused(address, data):
    with connect(address) as connection:
        connection.sendall(data)
        assert status_of(received(connection)) == 400


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


def test_who_has_left_is_no_longer_waited_for(address, held_runs):
    picture = np.zeros((1, 16, 24, 3), "uint8").tolist()
    document = {"signature_name": "uint8", "instances": picture}
    body = json.dumps(document).encode()
    with connect(address) as connection:
        connection.sendall(head(len(body)) + body)
        wait_until(lambda: NOTHING_WAITS not in metrics_of(address))
    # Before the time limit of requests, which would end it, too.
    wait_until(lambda: NOTHING_WAITS in metrics_of(address), seconds=15)
    held_runs.set()


def test_pictures_too_large_by_their_header_are_refused(address):
    answer = ask(address, np.zeros((12_000, 12_000, 3), "uint8"))
    assert answer.status_code == 400
    assert "has 12000 x 12000 pixels" in answer.json()["error"]


@pytest.mark.parametrize("character", ["[", '{"a":'])
def test_nesting_bombs_are_refused(address, character):
    body = '{"instances":' + character * 100_000
    answer = requests.post(address + PREDICT, body.encode())
    assert answer.status_code == 400


def test_bodies_that_need_much_memory_as_json_are_refused(address):
    answer = requests.post(address + PREDICT, b"{" * MAX_BODY)
    assert answer.status_code == 413
    assert "send encoded pictures" in answer.json()["error"]


def test_mutated_requests_are_answered_or_refused(address, random):
    picture = pictures.encode_png(random.integers(0, 256, (16, 24, 3), "uint8"))
    host = urllib.parse.urlsplit(address).netloc
    connection = http.client.HTTPConnection(host, timeout=60)
    statuses: dict[int, int] = {}
    for request in request_mutations.requests(picture, seed=0, count=400):
        connection.request("POST", *request)
        answer = connection.getresponse()
        answer.read()
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
    connection.close()
    assert set(statuses) <= {200, 400, 404, 413, 501}, statuses
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
