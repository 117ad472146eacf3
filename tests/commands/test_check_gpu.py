import sys

import pytest

from cartoongan_tf.export.litert import conversion
from cartoongan_tf.nn import networks

SIZES = ((24, 16), (19, 37))


@pytest.mark.slow
def test_problems_set_the_exit_code(tmp_path, run_command):
    network = networks.new_generator("light", 4, 1)
    for name, sizes in (("any", (None,)), ("fixed", SIZES)):
        model = conversion.convert(network, sizes, conversion.FLOAT16)
        (tmp_path / f"{name}.tflite").write_bytes(model)
    (tmp_path / "text.tflite").write_text("no model")

    def run(*names):
        paths = [tmp_path / f"{name}.tflite" for name in names]
        return run_command(
            sys.executable, "-m", "cartoongan_tf", "check_gpu", *paths
        )

    good = run("fixed")
    assert (good.returncode, good.stdout) == (0, "No problems.\n")
    bad = run("fixed", "any")
    assert bad.returncode == 1
    assert "any.tflite: any: SHAPE of" in bad.stdout
    assert "fixed.tflite" not in bad.stdout
    assert "gone.tflite cannot be read: No such file" in run("gone").stderr
    assert "text.tflite is not a .tflite file" in run("text").stderr
    assert "Name one or more .tflite files." in run().stderr
