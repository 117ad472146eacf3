"""Against a server that plays a script; test_client.py has the real one."""

import base64
import http.server
import json
import subprocess
import sys
import threading
import time

import pytest

from serving.client import errors
from serving.client import rest

CARTOON = b"\x89PNG of a cartoon"
DONE = (200, {"predictions": [{"b64": base64.b64encode(CARTOON).decode()}]})
BUSY = (429, {"error": "The queue is full."})


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with the next line of the script, with the last forever."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, json.loads(body)))
        script = self.server.script
        status, content = script.pop(0) if len(script) > 1 else script[0]
        if callable(content):
            content = content()
        data = content if isinstance(content, bytes) else json.dumps(content)
        data = data if isinstance(data, bytes) else data.encode()
        self.send_response(status)
        if status // 100 == 3:
            self.send_header("Location", self.path + content["to"])
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Set-Cookie", "who=me")
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.send_error(405)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.seen, server.script = [], [DONE]
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def connect(server):
    clients = []

    def connect(url=server.url, **options):
        clients.append(rest.RestClient(url, **options))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({}, "cartoongan"),
        ({"model_name": "a/b ä"}, "a%2Fb%20%C3%A4"),
        ({"version": 3}, "cartoongan/versions/3"),
        ({"label": "stable"}, "cartoongan/labels/stable"),
    ],
)
def test_a_picture_is_sent_to_the_model_as_one_row(
    server, connect, options, path
):
    assert connect(**options).cartoonize(b"photo") == CARTOON
    body = {"instances": [{"b64": "cGhvdG8="}]}
    assert server.seen == [(f"/v1/models/{path}:predict", body)]


def test_a_server_may_have_a_path_prefix(server, connect):
    connect(f"{server.url}/cartoons/").cartoonize(b"photo")
    assert server.seen[0][0] == "/cartoons/v1/models/cartoongan:predict"


@pytest.mark.parametrize("end", ["", ":predict", "/versions/3:predict"])
def test_a_url_may_name_the_model(server, connect, end):
    connect(f"{server.url}/v1/models/other{end}").cartoonize(b"photo")
    expected = f"/v1/models/other{end.removesuffix(':predict')}:predict"
    assert server.seen[0][0] == expected


def test_a_model_url_with_a_version_is_rejected(server, connect):
    url = f"{server.url}/v1/models/other:predict"
    with pytest.raises(errors.ClientError, match="put its version or label"):
        connect(url, version=3)


@pytest.mark.parametrize("status", [429, 503, 504])
def test_requests_to_a_busy_server_are_retried(server, connect, status):
    server.script = [(status, {"error": "busy"}), DONE]
    assert connect(retries=1).cartoonize(b"photo") == CARTOON
    assert len(server.seen) == 2


def test_a_server_that_stays_busy_raises_its_message(server, connect):
    server.script = [BUSY]
    with pytest.raises(errors.ClientError, match="429: The queue is full"):
        connect(retries=2).cartoonize(b"photo")
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [400, 404, 413, 500])
def test_permanent_errors_are_not_retried(server, connect, status):
    server.script = [(status, {"error": "image_bytes[0]: is empty."})]
    with pytest.raises(
        errors.ClientError, match=rf"{status}: image_bytes\[0\]"
    ):
        connect().cartoonize(b"photo")
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "content",
    [b"<html>", {}, [], {"predictions": []}, {"predictions": [[1, 2]]}],
)
@pytest.mark.parametrize("status", [200, 400])
def test_a_foreign_response_is_an_error(server, connect, status, content):
    server.script = [(status, content)]
    with pytest.raises(errors.ClientError, match=r"are URL and model right\?"):
        connect().cartoonize(b"photo")


@pytest.mark.parametrize("content", [b"Content Too Large", b"<html>"])
def test_a_photo_too_large_for_a_server_raises(server, connect, content):
    server.script = [(413, content)]
    with pytest.raises(errors.ClientError, match="use a smaller --max_side"):
        connect().cartoonize(b"photo")


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_server_that_has_moved_is_a_failure_with_its_address(
    server, connect, status
):
    """Asked there, it would be asked for a page."""
    server.script = [(status, {"to": "/there"})]
    to = f"{server.url}/v1/models/cartoongan:predict/there"
    with pytest.raises(
        errors.ClientError, match=f"moved to {to}; use that as --url"
    ):
        connect().cartoonize(b"photo")


@pytest.mark.parametrize("status", [307, 308])
def test_a_server_that_is_elsewhere_is_asked_there(server, connect, status):
    server.script = [(status, {"to": "/there"}), DONE]
    assert connect().cartoonize(b"photo") == CARTOON
    assert server.seen[1][0].endswith(":predict/there")
    assert server.seen[0][1] == server.seen[1][1]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_bypasses_the_proxy(server, connect, host, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    url = f"http://{host}:{server.server_port}"
    assert connect(url).cartoonize(b"photo") == CARTOON


def test_other_hosts_use_the_proxy(connect, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    client = connect("http://198.51.100.7:8501", retries=0)
    message = r"cannot be reached \(Unable to connect to proxy\)"
    with pytest.raises(errors.ClientError, match=message):
        client.cartoonize(b"photo")


def test_an_unreachable_server_raises():
    client = rest.RestClient("http://127.0.0.1:1", retries=0)
    with pytest.raises(errors.ClientError, match=r"cannot be reached.*refused"):
        client.cartoonize(b"photo")
    client.close()


def test_a_slow_server_times_out(server, connect):
    server.script = [(200, lambda: time.sleep(1) or b"")]
    with pytest.raises(
        errors.ClientError, match=r"cannot be reached.*timed out"
    ):
        connect(timeout=0.05, retries=0).cartoonize(b"photo")


def test_no_cookie_is_kept(connect):
    client = connect()
    client.cartoonize(b"photo")
    assert not client._session.cookies


def test_rest_needs_neither_tensorflow_nor_grpc():
    code = (
        "import sys; from serving.client import __main__; "
        "assert not {'tensorflow', 'grpc', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
