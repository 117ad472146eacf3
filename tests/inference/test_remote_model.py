import contextlib
import errno
import http.server
import threading

import keras
import local_server
import numpy as np
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.export import options
from cartoongan_tf.export import saved_models
from cartoongan_tf.inference import loading
from cartoongan_tf.inference import remote_model
from cartoongan_tf.nn import networks

MAX_SIDE = 60


@pytest.fixture(scope="module")
def generator():
    keras.utils.set_random_seed(0)
    return networks.Generator(filters=4, blocks=1)


@pytest.fixture(scope="module")
def address(generator, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    settings = options.BytesSettings(max_side=MAX_SIDE)
    saved_models.write(generator, folder / "1", settings)
    with local_server.serve({"cartoongan": folder}) as address:
        yield address


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/v1/models/cartoongan",
        "/v1/models/cartoongan/",
        "/v1/models/cartoongan:predict",
        "/v1/models/cartoongan/versions/1",
    ],
)
def test_a_server_gives_the_generators_cartoons(
    generator, address, random, path
):
    picture = random.integers(0, 256, (37, 52, 3), "uint8")
    cartoonize = loading.open_model(address + path, "model")
    expected = loading.from_generator(generator)(picture).astype(int)
    assert np.abs(cartoonize(picture) - expected).max() <= 1


def test_a_server_that_reduces_photos_is_rejected(address, random):
    picture = random.integers(0, 256, (40, 120, 3), "uint8")
    with pytest.raises(errors.InputError, match="use `max_side`=60"):
        remote_model.ServedModel(address)(picture)


def test_a_model_that_is_not_there_is_reported_at_once(address):
    with pytest.raises(errors.InputError, match="answers 404: Could not find"):
        remote_model.ServedModel(f"{address}/v1/models/other")


def test_a_server_that_is_not_there_is_reported_at_once():
    with pytest.raises(errors.InputError, match="is the server up") as caught:
        remote_model.ServedModel("http://127.0.0.1:9")
    assert f"([Errno {errno.ECONNREFUSED}]" in str(caught.value)


@contextlib.contextmanager
def server_with(*statuses):
    """Server that returns the given statuses in order, then the last one.

    Yields its address and the list of received requests.
    """
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status = [*statuses, *[statuses[-1]] * 9][len(seen)]
            seen.append(f"{self.command} {self.path}")
            self.send_response(status)
            if status == 301:
                self.send_header("Location", f"/there{self.path}")
            if status == 503:
                self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(b'{"error": "the queue is full"}')

        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", seen
        finally:
            server.shutdown()
            thread.join()


def test_a_full_server_is_asked_again():
    with server_with(429, 503, 200) as (address, seen):
        remote_model.ServedModel(address)
    assert seen == ["GET /v1/models/cartoongan"] * 3


def test_a_server_that_stays_full_is_reported_with_its_own_message():
    with server_with(200, 503) as (address, seen):
        cartoonize = remote_model.ServedModel(address)
        with pytest.raises(errors.InputError, match="503: the queue is full"):
            cartoonize(np.zeros((20, 30, 3), np.uint8))
    assert seen[1:] == ["POST /v1/models/cartoongan:predict"] * 4


def test_a_server_that_has_moved_is_asked_there():
    """A redirected POST request would become a GET request."""
    with server_with(301, 200, 500) as (address, seen):
        cartoonize = remote_model.ServedModel(address)
        with pytest.raises(errors.InputError, match="500: the queue is full"):
            cartoonize(np.zeros((20, 30, 3), np.uint8))
    path = "/v1/models/cartoongan"
    assert seen == [
        f"GET {path}",
        f"GET /there{path}",
        f"POST /there{path}:predict",
    ]


def test_loopback_bypasses_the_proxy(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    with server_with(200) as (address, seen):
        remote_model.ServedModel(address)
    assert seen == ["GET /v1/models/cartoongan"]


def test_addresses_are_distinguished_from_files():
    assert remote_model.is_address("https://host/v1/models/cartoongan")
    assert not remote_model.is_address("storybook")
    assert not remote_model.is_address("runs/http/model.keras")
