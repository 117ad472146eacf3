"""Settings of Keras in the user's home folder change nothing."""

import importlib.util
import json
import os
import sys
import zipfile

import numpy as np
import PIL.Image
import pytest

from cartoongan_tf.cartoonize import cartoonizer
from cartoongan_tf.images import pictures

pytestmark = pytest.mark.slow

FROM_PYTHON = """
import sys
import numpy as np
import PIL.Image
from cartoongan_tf import Cartoonizer

photo = np.asarray(PIL.Image.open(sys.argv[1]))
PIL.Image.fromarray(Cartoonizer("storybook")(photo)).save(sys.argv[2])

import keras

assert keras.config.floatx() == "float16"
assert keras.config.dtype_policy().name == "float16"
assert keras.config.image_data_format() == "channels_first"
"""
KERAS_FIRST = """
import keras
from cartoongan_tf import Cartoonizer

Cartoonizer("storybook")
"""


@pytest.fixture
def home(tmp_path):
    """The environment of a user with settings of their own."""
    settings = {
        "backend": "jax",
        "floatx": "float16",
        "image_data_format": "channels_first",
    }
    folder = tmp_path / "keras"
    folder.mkdir()
    (folder / "keras.json").write_text(json.dumps(settings))
    given = os.environ.copy()
    given.pop("KERAS_BACKEND", None)
    return given | {"KERAS_HOME": str(folder)}


@pytest.fixture
def photo(make_folder):
    (path,) = make_folder("photos", 1).iterdir()
    return path


def assert_same(cartoon, photo):
    cartoonize = cartoonizer.Cartoonizer("storybook")
    expected = cartoonize(pictures.read_picture(photo))
    np.testing.assert_array_equal(PIL.Image.open(cartoon), expected)


def test_a_cartoon_from_python_is_the_same_and_settings_stay(
    run_command, home, photo, tmp_path
):
    cartoon = tmp_path / "cartoon.png"
    done = run_command(
        sys.executable, "-c", FROM_PYTHON, photo, cartoon, env=home
    )
    assert done.returncode == 0, done.stderr
    assert_same(cartoon, photo)


def test_a_cartoon_by_command_is_the_same(run_command, home, photo, tmp_path):
    cartoon = tmp_path / "cartoon.png"
    done = run_command(
        sys.executable, "cartoonize.py", f"--output={cartoon}", photo, env=home
    )
    assert done.returncode == 0, done.stderr
    assert_same(cartoon, photo)


def test_networks_are_trained_in_float32(
    run_command, home, make_folder, tmp_path
):
    done = run_command(
        sys.executable,
        "train.py",
        f"--photo_dir={make_folder('photos')}",
        f"--cartoon_dir={make_folder('cartoons')}",
        f"--workdir={tmp_path / 'run'}",
        "--nocheck_data",
        "--content_features=pyramid",
        "--image_size=32",
        "--batch_size=2",
        "--holdout=0",
        "--filters=4",
        "--blocks=1",
        "--warmup_steps=0",
        "--steps=1",
        env=home,
    )
    assert done.returncode == 0, done.stderr
    for name in ("generator", "discriminator"):
        path = tmp_path / f"run/{name}.keras"
        config = json.loads(zipfile.ZipFile(path).read("config.json"))
        assert config["config"]["dtype"]["config"]["name"] == "float32"


@pytest.mark.skipif(
    importlib.util.find_spec("jax") is None, reason="JAX is not installed"
)
def test_keras_on_another_backend_is_reported(run_command, home):
    done = run_command(sys.executable, "-c", KERAS_FIRST, env=home)
    assert "Keras runs on jax here" in done.stderr
    assert "set KERAS_BACKEND=tensorflow" in done.stderr
