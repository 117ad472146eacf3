"""The command against servers of the model: ours, and a small one of gRPC."""

import concurrent.futures
import os
import signal
import socket
import subprocess
import sys

import foreign_lines
import grpc_server
import local_process
import numpy as np
import PIL.Image
import PIL.PngImagePlugin
import pytest
import tensorflow as tf

from cartoongan_tf.core import model_interface
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import saved_model_runtime
from serving.client import __main__ as command

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def urls(published, served):
    """URLs of servers of the same model, by protocol."""
    model = saved_model_runtime.SessionModel(published / "1")

    def cartoonize(picture):
        try:
            batch = np.array([picture], object)
            return model.run(model_interface.BYTES, batch)[0]
        except tf.errors.InvalidArgumentError as error:
            raise ValueError(error.message) from error

    with grpc_server.serve(grpc_server.Servicer(cartoonize)) as url:
        yield {"rest": served, "grpc": url}


@pytest.fixture
def client(run_command, served, tmp_path):
    def client(*arguments, url=served, **settings):
        return run_command(
            sys.executable,
            "-m",
            "serving.client",
            f"--url={url}",
            f"--output={tmp_path / 'cartoons'}",
            *map(str, arguments),
            **settings,
        )

    return client


def test_a_folder_is_sent_and_mirrored(client, served, make_folder, tmp_path):
    folder = make_folder("photos/day 1", 1).parent
    pixels = np.zeros((40, 56, 3), "uint8")
    PIL.Image.fromarray(pixels).save(folder / "1.jpg")
    PIL.Image.fromarray(pixels).save(folder / "1.tif")
    (folder / "notes.txt").write_text("no photo")
    url = f"{served}/v1/models/cartoongan:predict"
    done = client(folder, url=url)
    assert done.returncode == 0, done.stderr
    assert "Skipped: 1 .txt" in done.stderr
    cartoons = tmp_path / "cartoons"
    written = {str(p.relative_to(cartoons)) for p in cartoons.rglob("*.png")}
    assert written == {"1.jpg.png", "1.tif.png", "day 1/0.png"}
    assert "3 exist already" in client(folder, url=url).stderr
    done = client(cartoons, url=url)  # They are not cartoonized again.
    assert done.returncode == 1
    assert done.stderr == f"error: {cartoons} contains no photos.\n"


@pytest.mark.parametrize("protocol", ["rest", "grpc"])
def test_photos_become_the_models_cartoons(
    client, urls, protocol, make_folder, cartoon_of, tmp_path
):
    photos = sorted(make_folder("photos", 3).iterdir())
    environment = foreign_lines.environment()
    done = client(*photos, url=urls[protocol], env=environment)
    assert done.returncode == 0, done.stderr
    assert not foreign_lines.found(done.stderr)
    assert "[3/3]" in done.stdout
    written = sorted((tmp_path / "cartoons").iterdir())
    assert [path.name for path in written] == ["0.png", "1.png", "2.png"]
    for photo, path in zip(photos, written, strict=True):
        expected = cartoon_of(photo.read_bytes())
        np.testing.assert_array_equal(pictures.read_picture(path), expected)


def test_a_large_photo_is_reduced_before_it_is_sent(
    client, make_folder, tmp_path
):
    photo = make_folder("photos", 1, height=300, width=400) / "0.png"
    assert client("--max_side=40", photo).returncode == 0
    cartoon = pictures.read_picture(tmp_path / "cartoons" / "0.png")
    assert cartoon.shape == (30, 40, 3)


def test_failed_photos_are_reported_and_the_rest_processed(
    client, make_folder, tmp_path
):
    folder = make_folder("photos", 1)
    (folder / "letter.jpg").write_text("Dear server")
    broken = folder / "broken.png"
    broken.write_bytes((folder / "0.png").read_bytes()[:200])
    names = ["0.png", "letter.jpg", "broken.png", "gone.jpg"]
    done = client(*(folder / name for name in names))
    assert done.returncode == 1
    assert "letter.jpg: is not a picture in a known format" in done.stderr
    assert "broken.png: " in done.stderr
    assert " responded 400: " in done.stderr  # Found by the server.
    assert "gone.jpg: No such file" in done.stderr
    assert "3 of 4 photos could not be cartoonized" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in (tmp_path / "cartoons").iterdir()] == [
        "0.png"
    ]


def test_an_unforeseen_error_is_that_of_its_photo(capsys):
    future: concurrent.futures.Future[str] = concurrent.futures.Future()
    future.set_exception(RecursionError("too deep"))
    assert not command._report("a.jpg", future, 1, 2)
    assert capsys.readouterr().err == "[1/2] a.jpg: RecursionError: too deep\n"


def test_a_jpeg_without_end_marker_is_sent_and_reported(client, tmp_path):
    photo = tmp_path / "cut.jpg"
    PIL.Image.linear_gradient("L").resize((56, 40)).save(photo)
    photo.write_bytes(photo.read_bytes()[:-2])
    done = client(photo)
    assert done.returncode == 0, done.stderr
    assert "cut.png (lacks its end marker; all its pixels" in done.stdout


def test_a_png_with_a_long_text_is_sent(client, tmp_path):
    photo, text = tmp_path / "long.png", PIL.PngImagePlugin.PngInfo()
    text.add_text("prompt", "a" * 2**21, zip=True)
    PIL.Image.linear_gradient("L").resize((56, 40)).save(photo, pnginfo=text)
    done = client(photo)
    assert done.returncode == 0, done.stderr


def test_undecodable_names_are_printed(client, make_folder, tmp_path):
    folder = make_folder("photos", 1)
    (folder / "0.png").rename(os.fsdecode(os.fsencode(folder) + b"/\xe9.png"))
    done = client(folder, env={**os.environ, "PYTHONIOENCODING": "utf-8"})
    assert done.returncode == 0, done.stderr
    assert r"\udce9.png ->" in done.stdout
    (cartoon,) = os.listdir(os.fsencode(tmp_path / "cartoons"))
    assert cartoon == b"\xe9.png"


def test_existing_cartoons_are_left_alone_by_default(
    client, make_folder, tmp_path
):
    photo = make_folder("photos", 1) / "0.png"
    there = tmp_path / "cartoons" / "0.jpg"
    there.parent.mkdir()
    there.write_bytes(b"mine")
    done = client(photo)
    assert done.returncode == 0
    assert "1 exist already" in done.stderr
    assert os.listdir(there.parent) == ["0.jpg"]
    assert client("--overwrite", photo).returncode == 0
    assert sorted(os.listdir(there.parent)) == ["0.jpg", "0.png"]


@pytest.mark.parametrize("protocol", ["rest", "grpc"])
def test_a_missing_version_is_reported_with_the_servers_message(
    client, urls, protocol, make_folder
):
    photo = make_folder("photos", 1) / "0.png"
    done = client("--version=7", photo, url=urls[protocol])
    assert done.returncode == 1
    assert "Specific(cartoongan, 7)" in done.stderr


def test_an_unreachable_server_is_reported_once(client, make_folder):
    photo = make_folder("photos", 1) / "0.png"
    done = client("--retries=1", photo, url="http://127.0.0.1:1")
    assert done.returncode == 1
    message, total = done.stderr.splitlines()
    assert "cannot be reached" in message
    assert total == "error: 1 of 1 photos could not be cartoonized."


def test_only_grpc_needs_the_grpc_package(run_command):
    lines = (
        "import runpy, sys\n"
        "sys.modules['grpc'] = None\n"
        "runpy.run_module('serving.client', run_name='__main__')\n"
    )
    done = run_command(
        sys.executable, "-c", lines, "--url=grpc://127.0.0.1:1", "a.jpg"
    )
    assert done.returncode == 1
    assert "needs grpc; run `pip install '.[serving]'`" in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_does_not_wait_for_the_server(make_folder, tmp_path):
    photo = make_folder("photos", 1) / "0.png"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        command = [
            *(sys.executable, "-m", "serving.client", "--timeout=3600"),
            f"--url=http://127.0.0.1:{silent.getsockname()[1]}",
            f"--output={tmp_path / 'cartoons'}",
            str(photo),
        ]
        with subprocess.Popen(
            command,
            cwd=local_process.ROOT,
            stderr=subprocess.PIPE,
            text=True,
            # What a shell runs in the background ignores Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        ) as process:
            connection, _ = silent.accept()
            with connection:
                process.send_signal(signal.SIGINT)
                _, message = process.communicate(timeout=60)
    assert process.returncode == 130
    assert message == "Interrupted; run the same command to resume.\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Name photos or folders"),
        (["--url=ftp://x", "a.jpg"], "must start with http://"),
        (["--version=1", "--label=stable", "a.jpg"], "pass only one of them"),
        (["a/1.jpg", "b/1.jpg"], "would have the same cartoon"),
        (["--output=a.psd", "b.jpg"], ".psd is not a format for cartoons"),
    ],
)
def test_a_mistake_is_reported_in_one_message(client, arguments, message):
    done = client(*arguments)
    assert done.returncode == 1
    assert message in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_photos_of_large_cameras_are_sent(client, tmp_path):
    """They have 200 million pixels, above Pillow's own limit."""
    large = tmp_path / "large.bmp"
    PIL.Image.new("1", (20_000, 10_000)).save(large)
    done = client("--max_side=64", large)
    assert done.returncode == 0, done.stderr
    cartoon = pictures.read_picture(tmp_path / "cartoons/large.png")
    assert cartoon.shape == (32, 64, 3)
