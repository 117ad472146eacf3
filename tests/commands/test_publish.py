import sys

import hub_server
import numpy as np
import pytest
import small_model

from cartoongan_tf.images import pictures
from cartoongan_tf.inference import loading

pytestmark = pytest.mark.slow


@pytest.fixture
def publish(run_command, make_folder, tmp_path):
    def run(*more):
        return run_command(
            *(sys.executable, "-m", "cartoongan_tf", "publish", *more),
            f"--model={small_model.write(tmp_path)}",
            "--repo=a/oil",
            f"--output={tmp_path / 'my folder'}",
            f"--photos={make_folder('photos', 2)}",
        )

    return run


def test_published_style_opens_by_its_hub_address(
    publish, run_command, tmp_path
):
    done = publish("--license=CC0-1.0", "--credit=A. Painter")
    assert done.returncode == 0, done.stderr
    folder, photo = tmp_path / "my folder", tmp_path / "photos/0.png"
    last = done.stdout.splitlines()[-1]
    assert last == f"hf upload a/oil '{folder}' ."
    files = {"main": hub_server.read_folder(folder)}
    with hub_server.serve({"a/oil": files}) as running:
        done = run_command(
            *(sys.executable, "cartoonize.py", "--model=hf://a/oil", photo),
            f"--output={tmp_path / 'cartoon.png'}",
            env=running.environment(tmp_path / "home"),
        )
    assert done.returncode == 0, done.stderr
    cartoonize = loading.open_model(tmp_path / "model.keras", "model")
    cartoon = pictures.read_picture(tmp_path / "cartoon.png")
    expected = cartoonize(pictures.read_picture(photo))
    assert np.array_equal(cartoon, expected)


def test_a_license_is_asked_for_before_any_work(publish, tmp_path):
    done = publish("--credit=A. Painter")
    assert done.returncode == 1
    assert "error: --license is needed to publish" in done.stderr
    assert not (tmp_path / "my folder").exists()
