import json
import sys

import pytest

pytestmark = pytest.mark.slow

STRICT = """
import sys
from cartoongan_tf.commands import main
from cartoongan_tf.export import fidelity
fidelity.MINIMUM_PSNR["dynamic_range"] = 101
main.run_verb("export", sys.argv[1:])
"""


@pytest.fixture
def arguments(generator, make_folder, tmp_path):
    generator.save(tmp_path / "generator.keras")
    return [
        f"--model={tmp_path}",
        f"--output={tmp_path / 'exported'}",
        f"--photos={make_folder('photos', 2)}",
        "--formats=litert",
        "--sizes=48x32",
    ]


def test_an_inexact_artifact_is_removed_and_the_command_fails(
    arguments, run_command, tmp_path
):
    arguments = [*arguments, "--license=CC0-1.0"]
    done = run_command(sys.executable, "-c", STRICT, *arguments)
    assert done.returncode == 1
    assert (
        "1 of 2 artifacts had to be removed: cartoongan_dynamic" in done.stderr
    )
    assert "101 are the least for dynamic_range" in done.stderr
    assert "Traceback" not in done.stderr
    names = sorted(path.name for path in (tmp_path / "exported").iterdir())
    assert names == ["cartoongan_float16.tflite", "report.json"]
    report = json.loads((tmp_path / "exported/report.json").read_text())
    (artifact,) = report["artifacts"]
    assert artifact["style"]["license"] == "CC0-1.0"
    assert artifact["psnr_db"] > artifact["least_psnr_db"] == 50
    assert artifact["gpu_problems"] == []
    assert list(artifact["milliseconds"]) == ["48x32"]
    assert report["refused"][0]["name"] == "cartoongan_dynamic_range.tflite"


@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ("--formats=litert,tflight", "--formats: 'tflight' is unknown"),
        ("--precision=fp16", "--precision: 'fp16' is unknown"),
        ("--warmup_sizes=any", "--warmup_sizes: any is not a size"),
    ],
)
def test_a_bad_flag_is_named_before_any_work(
    arguments, run_command, tmp_path, flag, message
):
    done = run_command(sys.executable, "export.py", *arguments, flag)
    assert done.returncode == 1
    assert message in done.stderr
    assert not (tmp_path / "exported").exists()


def test_files_are_named_by_their_endings_and_sizes_by_a_side(
    arguments, run_command, tmp_path
):
    flags = ["--formats=tflite,onnx", "--sizes=48", "--precision=float32"]
    done = run_command(sys.executable, "export.py", *arguments, *flags)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "exported/report.json").read_text())
    tiles = [artifact["tiles"] for artifact in report["artifacts"]]
    assert tiles == [None, None]  # It has norms.
    made = {a["file"]: list(a["milliseconds"]) for a in report["artifacts"]}
    assert made == {
        "cartoongan_float32.tflite": ["48x48"],
        "cartoongan_48x48.onnx": ["48x48"],
    }
