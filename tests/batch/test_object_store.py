"""Pictures in S3, emulated by moto's server."""

import json
import pathlib
import subprocess
import sys

import free_port
import pytest
import waiting

pytest.importorskip("ray", reason="make test-scale")
s3fs = pytest.importorskip("s3fs", reason="make test-scale")

from cartoongan_tf.cartoonize import cartoonizer

pytestmark = pytest.mark.slow


@pytest.fixture
def bucket(tmp_path):
    """A bucket, and the variables by which any process finds its server."""
    port = free_port.find()
    log = tmp_path / "s3.log"
    with log.open("w") as file:
        server = subprocess.Popen(
            [
                pathlib.Path(sys.executable).with_name("moto_server"),
                f"--port={port}",
            ],
            stdout=file,
            stderr=file,
        )
    variables = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    waiting.wait_until(lambda: "Running on" in log.read_text())
    store = s3fs.S3FileSystem(
        key="test", secret="test", endpoint_url=variables["AWS_ENDPOINT_URL"]
    )
    store.mkdir("pictures")
    yield store, variables
    server.terminate()
    server.wait()


def test_pictures_go_from_a_bucket_into_it(
    bucket, batch, make_folder, model, tmp_path
):
    store, variables = bucket
    photos = make_folder("photos/sub", 5).parent
    (photos / "broken.jpg").write_text("broken")
    store.put(str(photos), "pictures/in", recursive=True)
    places = ("s3://pictures/in/**/*.*g", "s3://pictures/out")
    status, lines = batch(*places, **variables)
    assert status == 1, lines
    assert lines[0] == "6 pictures and videos, 0 of them done already."
    failure = json.loads(store.cat_file("pictures/out/failed.jsonl"))
    assert failure["source"] == "s3://pictures/in/broken.jpg"
    assert failure["problem"].startswith(
        "is not a picture in a supported format"
    )
    cartoonizer.Cartoonizer(model).folder(photos, tmp_path / "expected")
    expected = sorted((tmp_path / "expected/sub").iterdir())
    assert len(expected) == 5
    for path in expected:
        made = store.cat_file(f"pictures/out/sub/{path.name}")
        assert made == path.read_bytes()
    store.rm("pictures/in/broken.jpg")
    assert batch(*places, **variables) == (
        0,
        ["5 pictures and videos, 5 of them done already."],
    )


def test_a_bucket_that_is_not_there_is_named(bucket, batch, make_folder):
    _, variables = bucket
    photos = make_folder("photos", 1)
    status, lines = batch(photos, "s3://absent/out", **variables)
    assert status == 1
    assert lines[-1].startswith("error: --output=s3://absent/out cannot be wri")
    status, lines = batch("s3://absent/in", "made", **variables)
    assert status == 1
    assert lines[-1].startswith("error: --input=s3://absent/in ")
