import base64
import http.server
import json
import re
import threading

import keras
import numpy as np
import pytest

from cartoongan_tf import artifacts
from cartoongan_tf import contract
from cartoongan_tf import errors
from cartoongan_tf import networks
from cartoongan_tf import saved_models
from cartoongan_tf import served_models
from cartoongan_tf import session_models

MAX_SIDE = 60
MODEL = re.compile(r"/v1/models/cartoongan(/versions/1|/labels/stable)?")


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as TensorFlow Serving does, out of a real SavedModel."""

    def do_GET(self):
        if not MODEL.fullmatch(self.path):
            self.answer(404, {"error": "Servable not found for request"})
            return
        self.answer(200, {"model_version_status": [{"state": "AVAILABLE"}]})

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        question = json.loads(self.rfile.read(length))
        if not MODEL.fullmatch(self.path.removesuffix(":predict")):
            self.answer(404, {"error": "Servable not found for request"})
            return
        pictures = [
            base64.b64decode(each["b64"], validate=True)
            for each in question["instances"]
        ]
        cartoons = self.server.model.run(
            contract.BYTES, np.array(pictures, object)
        )
        encoded = [base64.b64encode(c).decode() for c in cartoons]
        self.answer(200, {"predictions": [{"b64": e} for e in encoded]})

    def answer(self, code, content):
        data = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def generator():
    keras.utils.set_random_seed(0)
    return networks.Generator(filters=4, blocks=1)


@pytest.fixture(scope="module")
def address(generator, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served") / "1"
    settings = saved_models.BytesSettings(max_side=MAX_SIDE)
    saved_models.write(generator, folder, settings)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.model = session_models.SessionModel(folder)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/v1/models/cartoongan",
        "/v1/models/cartoongan/",
        "/v1/models/cartoongan:predict",
        "/v1/models/cartoongan/versions/1",
        "/v1/models/cartoongan/labels/stable",
    ],
)
def test_a_server_makes_what_the_generator_makes(
    generator, address, random, path
):
    picture = random.integers(0, 256, (37, 52, 3), "uint8")
    cartoonize = artifacts.open_model(address + path, "--model")
    expected = artifacts.from_generator(generator)(picture).astype(int)
    assert np.abs(cartoonize(picture) - expected).max() <= 1


def test_what_a_server_reduces_is_refused(address, random):
    picture = random.integers(0, 256, (40, 120, 3), "uint8")
    with pytest.raises(errors.InputError, match="use --max_side=60"):
        served_models.ServedModel(address)(picture)


def test_a_model_that_is_not_there_is_told_at_once(address):
    with pytest.raises(errors.InputError, match="answers 404: Servable not"):
        served_models.ServedModel(f"{address}/v1/models/other")


def test_a_server_that_is_not_there_is_told_at_once():
    with pytest.raises(errors.InputError, match="is the server up"):
        served_models.ServedModel("http://127.0.0.1:9")


def test_addresses_are_told_from_files():
    assert served_models.is_address("https://host/v1/models/cartoongan")
    assert not served_models.is_address("storybook")
    assert not served_models.is_address("runs/http/model.keras")
