import json
import os
import sys

import inception_maker
import pytest

from cartoongan_tf.analysis import faces
from cartoongan_tf.evaluation import evaluator
from cartoongan_tf.images import pictures


@pytest.fixture
def usual(make_folder, tmp_path):
    """Arguments: tiny pictures, tiny weights."""
    weights = inception_maker.make_weights(tmp_path / "tiny.npz")
    return (
        f"--photo_dir={make_folder('photos', 4)}",
        f"--cartoon_dir={make_folder('cartoons', 3)}",
        f"--output={tmp_path / 'out'}",
        f"--inception_weights={weights}",
        "--vgg19_weights=none",
        "--image_size=32,40",
    )


@pytest.fixture
def evaluate(run_command, usual):
    def evaluate(*more, **settings):
        return run_command(
            sys.executable, "evaluate.py", *usual, *more, **settings
        )

    return evaluate


@pytest.mark.slow
def test_models_are_compared_with_baselines(generator, evaluate, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        generator.save(tmp_path / folder / "generator.keras")
    (tmp_path / "holdout.txt").write_text(
        "photos/0.png\nphotos/1.png\nphotos/3.png\n"
    )
    done = evaluate(
        f"--model={tmp_path}/a",
        f"--model={tmp_path}/b/generator.keras",
        f"--photo_dir={tmp_path}/holdout.txt",
    )
    assert done.returncode == 0, done.stderr
    for size in (32, 40):
        assert f"3 photos, 3 cartoons, {size} x {size} pixels" in done.stdout
    found = json.loads((tmp_path / "out/evaluation.json").read_text())
    assert found["photos"] == found["cartoons"] == 3
    assert found["inception_weights"] == "tiny.npz"
    assert found["image_sizes"] == [32, 40]
    assert list(found["metrics"]) == ["32", "40"]
    metrics = found["metrics"]["32"]
    assert found["metrics"]["40"].keys() == metrics.keys()
    assert found["metrics"]["40"]["a"] != metrics["a"]
    assert list(metrics) == [
        "photos", "stylization", "bilateral", "a", "generator", "cartoons",
    ]  # fmt: skip
    assert metrics["a"] == metrics["generator"]
    assert metrics["a"] != metrics["photos"]
    dimensions = 4 * inception_maker.CHANNELS
    assert f"KID-{dimensions} to cartoons, x 1000" in metrics["a"]
    assert metrics["a"]["content distance"] is None
    assert metrics["a"]["faces"] == 0
    assert faces.INSTALL not in done.stdout
    for size in (32, 40):
        sheet = pictures.read_picture(tmp_path / f"out/sheet_{size}.png")
        assert sheet.shape[1] == 3 * (size + 6) + 6
        assert sheet.shape[0] > 5 * size
    assert f"Wrote {tmp_path}/out/evaluation.json" in done.stdout


@pytest.mark.slow
def test_a_table_needs_neither_model_nor_baselines(evaluate, tmp_path):
    done = evaluate("--nobaselines", "--image_size=32,32")
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "out/evaluation.json").read_text())
    assert found["image_sizes"] == [32]
    assert list(found["metrics"]["32"]) == ["photos", "cartoons"]


@pytest.mark.slow
def test_without_a_detector_evaluate_reports_how_to_install_one(
    evaluate, tmp_path
):
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden/dlib.py").write_text("raise ImportError")
    done = evaluate(
        "--nobaselines",
        "--image_size=32",
        env=os.environ | {"PYTHONPATH": str(tmp_path / "hidden")},
    )
    assert done.returncode == 0, done.stderr
    assert faces.INSTALL in " ".join(done.stdout.split())
    found = json.loads((tmp_path / "out/evaluation.json").read_text())
    assert found["metrics"]["32"]["photos"]["faces"] is None


@pytest.fixture
def mistakes(generator, make_folder, tmp_path):
    generator.save(tmp_path / "g.keras")
    make_folder("few", evaluator.MIN_PICTURES - 1)
    (make_folder("broken", 4) / "3.png").write_text("hello")
    (tmp_path / "file").touch()
    fetched = {
        "--inception_weights=imagenet": "--inception_weights=FILE, or put",
        "--vgg19_weights=imagenet": "or --vgg19_weights=none to evaluate",
    }
    return (
        fetched
        | {
            f"{flag}{tmp_path}/{file}": message
            for flag, file, message in (
                ("--model=", "gone.keras", "gone.keras does not exist"),
                (
                    f"--model={tmp_path}/g.keras --model=",
                    "g.keras",
                    "given twice",
                ),
                ("--photo_dir=", "gone", "gone is not a folder"),
                ("--photo_dir=", "gone.txt", "gone.txt does not exist"),
                (
                    "--cartoon_dir=",
                    "few",
                    "has 2 pictures; at least 3 are needed",
                ),
                ("--photo_dir=", "broken", "3.png is not a picture"),
                ("--output=", "file", "file cannot be a folder"),
                ("--inception_weights=", "gone.npz", "gone.npz does not exist"),
                ("--inception_weights=", "none", "must be imagenet, or a file"),
                ("--vgg19_weights=", "gone.npz", "gone.npz does not exist"),
            )
        }
        | {
            f"--image_size={sizes}": f"--image_size={sizes} must be sizes of"
            for sizes in ("256,15", "256,", "-256", "256x256", "")
        }
    )


# One process for all mistakes: TensorFlow takes seconds to start.
TRY_EACH = """
import sys

from absl import flags
from absl.testing import flagsaver

from cartoongan_tf.commands import evaluate
from cartoongan_tf.commands import exit

_, *usual, mistakes = sys.argv
for mistake in mistakes.splitlines():
    with flagsaver.flagsaver():
        flags.FLAGS.unparse_flags()
        flags.FLAGS(["evaluate.py", *usual, *mistake.split()])
        try:
            with exit.with_message():
                evaluate.main([])
        except SystemExit as stop:
            print(stop.code.replace("\\n", " "))
"""


@pytest.mark.slow
def test_mistakes_are_reported_in_one_message(
    mistakes, usual, run_command, tmp_path
):
    offline = {"KERAS_HOME": str(tmp_path), "https_proxy": "127.0.0.1:9"}
    done = run_command(
        sys.executable, "-c", TRY_EACH, *usual, "\n".join(mistakes),
        env=os.environ | offline,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    reported = [line for line in lines if line.startswith("error: ")]
    assert len(reported) == len(mistakes), done.stderr
    for line, message in zip(reported, mistakes.values(), strict=True):
        assert message in line
