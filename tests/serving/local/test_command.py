"""The command itself, in a process of its own."""

import base64
import contextlib
import http.client
import json
import shutil
import signal
import socket
import sys
import tempfile
import urllib.parse

import foreign_lines
import local_process
import pytest
import requests
from waiting import wait_until

from cartoongan_tf.images import pictures
from cartoongan_tf.inference import loading

COMMAND = [sys.executable, "-m", "serving.local"]
CHECK_FLAGS = """
import dataclasses
from absl import flags
from serving.local import __main__ as command
from serving.local import settings

command.define_flags()
for field in dataclasses.fields(settings.Settings):
    flag = flags.FLAGS[field.name]
    default = [] if field.default == () else field.default
    assert flag.default == default, field.name
    assert flag.help.startswith(field.metadata["help"]), field.name
"""


@pytest.fixture
def picture(random):
    return random.integers(0, 256, (20, 28, 3), "uint8")


def body_of(picture):
    data = base64.b64encode(pictures.encode_png(picture)).decode()
    return json.dumps({"instances": [{"b64": data}]}).encode()


def post(address, body):
    path = "/v1/models/cartoongan:predict"
    return requests.post(address + path, body, timeout=60)


def start_request(address, body):
    """Begins a request that does not end yet."""
    parts = urllib.parse.urlsplit(address)
    connection = socket.create_connection(
        (parts.hostname, parts.port), timeout=60
    )
    connection.sendall(
        b"POST /v1/models/cartoongan:predict HTTP/1.1\r\nHost: x\r\n"
        b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
    )
    assert b" 100 " in connection.recv(1000)  # The body is waited for.
    connection.sendall(body[:10])
    return connection


def wait_until_closed(address):
    """Until nobody is let in."""
    with contextlib.suppress(OSError):
        while True:
            requests.get(f"{address}/healthz", timeout=60)


def test_one_command_serves_what_was_exported(published, picture, tmp_path):
    """A line for each request, without pictures, and nothing on disk."""
    with tempfile.TemporaryFile("w+") as errors:
        with local_process.started(
            f"--model_dir={published}",
            cwd=tmp_path,
            stderr=errors,
        ) as (address, process):
            cartoon = loading.open_model(address, "--model")(picture)
            assert cartoon.shape == picture.shape
            assert post(address, b"{}").status_code == 400
            start_request(address, bytes(100)).close()
            metrics = f"{address}/monitoring/prometheus/metrics"
            cancelled = 'cartoongan",status="CANCELLED"} 1.0'
            wait_until(lambda: cancelled in requests.get(metrics).text)
        assert process.returncode == 0
        errors.seek(0)
        log = errors.read()
    assert not list(tmp_path.iterdir())
    told = [line for line in log.splitlines() if "predict HTTP" in line]
    statuses = [line.split('"')[2].split()[0] for line in told]
    assert statuses == ["200", "400"]
    assert "Traceback" not in log
    assert not foreign_lines.found(log)
    assert body_of(picture).decode()[40:80] not in log


def test_new_versions_take_over(published, picture, tmp_path):
    folder = tmp_path / "saved_model"
    shutil.copytree(published / "1", folder / "1")
    with local_process.serve(
        f"--model_dir=mine={folder}",
        "--file_system_poll_wait_seconds=0.1",
    ) as address:
        shutil.copytree(published / "1", folder / "new")
        (folder / "new").rename(folder / "2")
        url = f"{address}/v1/models/mine"

        def states():
            content = requests.get(url).json()["model_version_status"]
            return {each["version"]: each["state"] for each in content}

        wait_until(lambda: states() == {"1": "END", "2": "AVAILABLE"})
        response = requests.post(f"{url}:predict", body_of(picture), timeout=60)
        assert response.status_code == 200


def test_several_models_are_served_by_name(published, picture):
    flags = f"--model_dir={published}", f"--model_dir=b={published}"
    with local_process.serve(*flags) as address:
        for place in ("cartoongan/versions/1", "b"):
            url = f"{address}/v1/models/{place}:predict"
            response = requests.post(url, body_of(picture), timeout=60)
            assert response.status_code == 200


def test_a_signal_lets_running_requests_finish(published, picture):
    body = body_of(picture)
    flag = f"--model_dir={published}"
    with local_process.started(flag) as (address, process):
        with start_request(address, body) as connection:
            process.send_signal(signal.SIGTERM)
            wait_until_closed(address)
            connection.sendall(body[10:])
            response = http.client.HTTPResponse(connection)
            response.begin()
            assert response.status == 200
            assert len(json.load(response)["predictions"]) == 1
        assert process.wait(60) == 0


def test_draining_times_out(published, picture):
    flags = f"--model_dir={published}", "--drain_timeout_s=1"
    with local_process.started(*flags) as (address, process):
        with start_request(address, body_of(picture)):
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0


def test_a_second_signal_exits_immediately(published, picture):
    flags = f"--model_dir={published}", "--drain_timeout_s=1000"
    with local_process.started(*flags) as (address, process):
        with start_request(address, body_of(picture)):
            process.send_signal(signal.SIGINT)
            wait_until_closed(address)
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 128 + signal.SIGINT


def test_each_setting_is_a_flag_with_its_default_and_text(run_command):
    found = run_command(sys.executable, "-c", CHECK_FLAGS)
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ([], "Pass --model_dir"),
        (
            ["--model_dir=PUBLISHED", "--model_dir=PUBLISHED"],
            "two models are named cartoongan",
        ),
        (["--model_dir=/none"], "/none is not a folder."),
        (["--model_dir=serving"], "serving contains no model version"),
        (["--model_dir=PUBLISHED/1"], "is a single version of a"),
        (["--model_dir=PUBLISHED", "--tflite=/none"], "/none does not exist"),
        (
            ["--model_dir=PUBLISHED", "--tflite=README.md"],
            "is not a .tflite",
        ),
        (["--model_dir=PUBLISHED", "--host=nowhere.invalid"], "--host="),
        (["--model_dir=PUBLISHED", "--max_body_mb=0"], "--max_body_mb"),
        (["--model_dir=PUBLISHED", "--port=70000"], "--port"),
        (["--model_dir=PUBLISHED", "more"], "Unexpected arguments"),
    ],
)
def test_wrong_flags_are_explained_before_tensorflow_is_loaded(
    run_command, published, chosen, message
):
    chosen = [flag.replace("PUBLISHED", str(published)) for flag in chosen]
    found = run_command(*COMMAND, "--port=0", *chosen)
    assert found.returncode != 0
    assert message in found.stdout + found.stderr
    assert "Traceback" not in found.stderr
    assert "oneDNN" not in found.stderr


def test_a_port_that_is_taken_is_named(run_command, published):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = run_command(
            *COMMAND, f"--model_dir={published}", f"--port={port}"
        )
    assert found.returncode == 1
    assert f"--port={port}: Address already in use" in found.stderr


def test_other_addresses_are_warned_of(run_command, published):
    model = f"--model_dir={published}"
    with socket.create_server(("0.0.0.0", 0)) as taken:
        port = f"--port={taken.getsockname()[1]}"
        found = run_command(*COMMAND, model, "--host=0.0.0.0", port)
        assert "it has no authentication" in found.stderr
        found = run_command(*COMMAND, model, port)
        assert "it has no authentication" not in found.stderr
