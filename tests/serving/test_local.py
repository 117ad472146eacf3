"""The command itself, in a process of its own."""

import base64
import contextlib
import http.client
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse

import grpc
import numpy as np
import pytest
import requests
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2
from tensorflow_serving.apis import prediction_service_pb2_grpc
from waiting import wait_until

from cartoongan_tf.images import pictures
from cartoongan_tf.inference import loading

ROOT = pathlib.Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "serving.local"]
DEFAULTS = """
import dataclasses
from absl import flags
from serving import local
from serving import server_settings

local.define_flags()
for field in dataclasses.fields(server_settings.Settings):
    flag = flags.FLAGS[field.name]
    assert flag.default == field.default, field.name
    assert flag.help, field.name
"""


class Running:
    """The command, once it has said where it listens."""

    def __init__(self, process, said):
        self.process = process
        self.said = said
        self.address = re.search(r"Page: (\S+)/\n", said)[1]
        self.host = urllib.parse.urlsplit(self.address).netloc

    def end(self, number=signal.SIGTERM):
        """Sends a signal; gives the exit code and what went to stderr."""
        self.process.send_signal(number)
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


@contextlib.contextmanager
def run(*flags, cwd=ROOT):
    process = subprocess.Popen(
        [*COMMAND, "--port=0", *map(str, flags)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={"PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": ""},
    )
    with process:
        said = ""
        while "Page: " not in said:
            line = process.stdout.readline()
            assert line, process.communicate()
            said += line
        try:
            yield Running(process, said)
        finally:
            process.kill()


@pytest.fixture
def picture(random):
    return random.integers(0, 256, (20, 28, 3), "uint8")


def body_of(picture):
    data = base64.b64encode(pictures.encode_png(picture)).decode()
    return json.dumps({"instances": [{"b64": data}]}).encode()


def post(running, body):
    path = "/v1/models/cartoongan:predict"
    return requests.post(running.address + path, body, timeout=60)


def start_request(running, body):
    """Begins a request that does not end yet."""
    host, port = running.host.split(":")
    connection = socket.create_connection((host, int(port)), timeout=60)
    connection.sendall(
        b"POST /v1/models/cartoongan:predict HTTP/1.1\r\nHost: x\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body) + body[:10]
    )
    wait_for_metric(running, "cartoongan_bodies_bytes 10.0")
    return connection


def wait_for_metric(running, line):
    page = f"{running.address}/monitoring/prometheus/metrics"
    wait_until(lambda: line in requests.get(page).text)


def test_one_command_serves_what_was_exported(published, picture, tmp_path):
    """Three front ends, logs without pictures, and nothing on disk."""
    with run(
        f"--model_dir={published}", "--grpc_port=0", cwd=tmp_path
    ) as served:
        cartoon = loading.open_model(served.address, "--model")(picture)
        assert cartoon.shape == picture.shape
        target = re.search(r"gRPC: (\S+)", served.said)[1]
        with grpc.insecure_channel(target) as channel:
            asked = predict_pb2.PredictRequest()
            asked.model_spec.name = "cartoongan"
            asked.model_spec.signature_name = "uint8"
            asked.inputs["image"].CopyFrom(tf.make_tensor_proto(picture[None]))
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            answer = stub.Predict(asked, timeout=60)
        found = tf.make_ndarray(answer.outputs["cartoon"])[0]
        assert np.abs(found.astype(int) - cartoon).max() <= 1
        metrics = requests.get(
            f"{served.address}/monitoring/prometheus/metrics"
        ).text
        assert 'entrypoint="GRPC"' in metrics
        assert 'entrypoint="REST"' in metrics
        assert post(served, b"{}").status_code == 400
        start_request(served, bytes(100)).close()
        wait_for_metric(served, "cartoongan_bodies_bytes 0.0")
        code, errors = served.end()
    assert code == 0
    assert not list(tmp_path.iterdir())
    # TensorFlow has some lines of its own while it is loaded.
    logged = errors[errors.index("\n{") + 1 :]
    lines = [json.loads(line) for line in logged.splitlines()]
    told = [line for line in lines if line["message"] == "request"]
    assert [line["status"] for line in told] == [200, 200, 400, 499]
    assert {line["model"] for line in told} == {"cartoongan"}
    assert told[1]["version"] == 1
    assert told[1]["signature"] == "serving_default"
    assert "Missing 'inputs'" in told[2]["error"]
    assert told[3]["error"] == "The client has left."
    assert "Traceback" not in logged
    encoded = body_of(picture).decode()
    assert encoded[40:80] not in errors


def test_new_versions_take_over(published, picture, tmp_path):
    folder = tmp_path / "saved_model"
    shutil.copytree(published / "1", folder / "1")
    with run(
        f"--model_dir={folder}",
        "--model_name=mine",
        "--file_system_poll_wait_seconds=0.1",
    ) as served:
        shutil.copytree(published / "1", folder / "new")
        (folder / "new").rename(folder / "2")
        url = f"{served.address}/v1/models/mine"
        states = {}
        while states != {"1": "END", "2": "AVAILABLE"}:
            content = requests.get(url).json()["model_version_status"]
            states = {each["version"]: each["state"] for each in content}
            time.sleep(0.1)
        answer = requests.post(f"{url}:predict", body_of(picture), timeout=60)
        assert answer.status_code == 200


def test_several_models_come_from_a_file_of_tensorflow_serving(
    published, picture, tmp_path
):
    path = tmp_path / "models.config"
    path.write_text(
        "model_config_list { config { name: 'a' base_path: '"
        f"{published}' model_platform: 'tensorflow' "
        "version_labels { key: 'stable' value: 1 } } "
        f"config {{ name: 'b' base_path: '{published}' "
        "model_platform: 'tensorflow' } }"
    )
    with run(f"--model_config_file={path}") as served:
        for place in ("a/labels/stable", "b"):
            url = f"{served.address}/v1/models/{place}:predict"
            answer = requests.post(url, body_of(picture), timeout=60)
            assert answer.status_code == 200


def test_a_signal_lets_what_is_under_way_end(published, picture):
    body = body_of(picture)
    with run(f"--model_dir={published}") as served:
        with start_request(served, body) as connection:
            served.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(OSError):
                while True:  # until nobody is let in
                    requests.get(f"{served.address}/livez", timeout=60)
            connection.sendall(body[10:])
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            assert answer.status == 200
            assert len(json.load(answer)["predictions"]) == 1
        assert served.process.wait(60) == 0


def test_draining_has_an_end(published, picture):
    with run(f"--model_dir={published}", "--drain_timeout_s=1") as served:
        with start_request(served, body_of(picture)):
            code, _ = served.end()
            assert code == 0


def test_a_second_signal_ends_at_once(published, picture):
    with run(f"--model_dir={published}", "--drain_timeout_s=1000") as served:
        with start_request(served, body_of(picture)):
            served.process.send_signal(signal.SIGINT)
            with contextlib.suppress(OSError):
                while True:
                    requests.get(f"{served.address}/livez", timeout=60)
            code, _ = served.end(signal.SIGINT)
            assert code == 128 + signal.SIGINT


def test_flags_have_the_defaults_of_the_settings(run_command):
    found = run_command(sys.executable, "-c", DEFAULTS)
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ([], "Give --model_dir"),
        (["--model_dir=a", "--model_config_file=b"], "Give --model_dir"),
        (["--model_dir=/none"], "/none is not a folder."),
        (["--model_dir=serving"], "serving holds no version of a model"),
        (["--model_config_file=/none"], "/none"),
        (["--model_config_file=README.md"], "README.md"),
        (["--model_dir=PUBLISHED/1"], "is one version of a model"),
        (["--model_dir=PUBLISHED", "--tflite=/none"], "--tflite"),
        (["--model_dir=PUBLISHED", "--host=nowhere.invalid"], "--host="),
        (["--model_dir=PUBLISHED", "--port=70000"], "--port"),
        (["--model_dir=PUBLISHED", "--max_body_mb=0"], "--max_body_mb"),
        (["--model_dir=PUBLISHED", "more"], "Unexpected arguments"),
    ],
)
def test_wrong_flags_are_told_in_a_sentence(
    run_command, published, flags, sentence
):
    flags = [flag.replace("PUBLISHED", str(published)) for flag in flags]
    found = run_command(*COMMAND, "--port=0", *flags)
    assert found.returncode != 0
    assert sentence in found.stdout + found.stderr
    assert "Traceback" not in found.stderr


def test_a_port_that_is_taken_is_told(run_command, published):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = run_command(
            *COMMAND, f"--model_dir={published}", f"--port={port}"
        )
    assert found.returncode == 1
    assert f"--port={port}: Address already in use" in found.stderr


def test_a_port_of_grpc_that_is_taken_is_told(run_command, published):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = run_command(
            *COMMAND,
            f"--model_dir={published}",
            "--port=0",
            f"--grpc_port={port}",
        )
    assert found.returncode == 1
    assert f"--grpc_port={port}" in found.stderr
    assert "Traceback" not in found.stderr


def test_flags_are_checked_before_tensorflow_is_loaded(run_command):
    program = (
        "import sys; from serving import local; sys.exit('tensorflow' in "
        "sys.modules)"
    )
    assert run_command(sys.executable, "-c", program).returncode == 0


def test_other_addresses_are_warned_of(run_command):
    found = run_command(
        *COMMAND, "--model_dir=/none", "--host=0.0.0.0", "--port=0"
    )
    assert "asks for no password" in found.stderr
    found = run_command(*COMMAND, "--model_dir=/none", "--port=0")
    assert "asks for no password" not in found.stderr
