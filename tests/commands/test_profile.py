import json
import sys

import pytest

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


def test_time_and_memory_of_a_file_are_printed(profile, tmp_path):
    network = networks.new_generator("light", 4, 1)
    model = conversion.convert(network, ((24, 16),), conversion.FLOAT16)
    (tmp_path / "tiny.tflite").write_bytes(model)
    done = profile(tmp_path / "tiny.tflite", "24x16")
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
        (["README.md", "24x16"], "README.md does not run"),
    ],
)
def test_mistakes_end_in_a_message(profile, arguments, message):
    done = profile(*arguments)
    assert done.returncode == 1
    assert message in done.stderr
