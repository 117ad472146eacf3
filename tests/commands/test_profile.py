import json
import sys

import pytest

from cartoongan_tf.export import saved_models
from cartoongan_tf.export.litert import conversion
from cartoongan_tf.nn import networks

pytestmark = pytest.mark.slow


@pytest.fixture
def profile(run_command):
    def profile(*arguments):
        return run_command(
            sys.executable, "-m", "cartoongan_tf", "profile", *arguments
        )

    return profile


@pytest.fixture
def small_file(tmp_path):
    network = networks.new_generator("light", 4, 1)
    model = conversion.convert(network, ((24, 16),), conversion.FLOAT16)
    (tmp_path / "tiny.tflite").write_bytes(model)
    return tmp_path / "tiny.tflite"


def test_time_and_memory_of_a_file_are_printed(profile, small_file):
    done = profile(small_file, "24x16")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["milliseconds"]["24x16"] >= 0
    assert found["peak_megabytes"] > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gone.tflite"], "name sizes for gone.tflite"),
        (["gone.tflite", "any"], "name sizes for gone.tflite"),
        (["gone.tflite", "24by16"], "'24by16' is no size"),
        (["gone.tflite", "24x16"], "gone.tflite does not exist"),
        (["README.md", "24x16"], "README.md is no exported model; name a"),
        (["docs", "24x16"], "docs is no exported model; name a SavedModel"),
    ],
)
def test_mistakes_end_in_a_message(profile, arguments, message):
    done = profile(*arguments)
    assert done.returncode == 1
    assert message in done.stderr


def test_a_size_that_a_file_lacks_ends_in_a_message(profile, small_file):
    done = profile(small_file, "32")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"error: {small_file} does not run: it has the signatures 24x16, and "
        "none for 32x32; name one of its sizes."
    ]


def test_a_damaged_file_ends_in_a_message(profile, tmp_path):
    path = tmp_path / "text.tflite"
    path.write_text("no model")
    done = profile(path, "24x16")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {path} does not run: ValueError: The")


@pytest.mark.parametrize("version", ["1", "0003"])
def test_a_saved_model_is_found_below_its_parent(profile, tmp_path, version):
    network = networks.new_generator("light", 4, 1)
    saved_models.write(network, tmp_path / "model.v1" / version)
    done = profile(tmp_path / "model.v1", "24")
    assert done.returncode == 0, done.stderr
    assert list(json.loads(done.stdout)["milliseconds"]) == ["24x24"]


def test_a_saved_models_folder_may_have_any_name(profile, tmp_path):
    network = networks.new_generator("light", 4, 1)
    saved_models.write(network, tmp_path / "model.v1")
    done = profile(tmp_path / "model.v1", "24x16")
    assert done.returncode == 0, done.stderr
