"""Runs on two logical CPU devices: what they learn is what one device does."""

import pathlib
import shutil
import subprocess
import sys

import pytest
import run_states

from cartoongan_tf.training import run_log

SCRIPT = pathlib.Path(__file__).parents[1] / "support" / "two_devices.py"
TINY = (
    *run_states.SLOWLY,
    *run_states.SMALL,
    "--batch_size=4",
    "--people_share=0.75",  # More than the second device's share.
    "--sample_every=4",
    "--checkpoint_every=2",
    "--holdout=10",
    "--decay_start=100",
)
# Every term, and all that looks at more than one image of a batch.
EVERYTHING = (
    *TINY,
    "--discriminator=both",
    "--content_target=smoothed",
    "--color_weight=5",
    "--luminance_weight=3",
    "--flat_weight=2",
    "--palette_weight=20",
    "--pixel_weight=2",
    "--variation_weight=0.1",
    "--people_content=3",
    "--features_every=2",
    "--feature_shift=6",
    "--gray_share=1",
    "--stray_share=0.3",
    "--match_crops",
    "--image_pool=5",  # Full in the second step.
    "--ema_momentum=0.9",
    "--warmup_steps=1",
)
PLAIN = (
    *TINY,
    "--content_features=pyramid",
    "--people_content=3",
    "--image_pool=5",
    "--warmup_steps=1",
)
PIXELS = (
    *TINY,
    "--generator=light",
    "--content_features=pyramid",
    "--content_target=teacher",
    "--teacher=ink",
    "--warmup_loss=pixels",
    "--warmup_steps=4",
    "--steps=1",
)

pytestmark = pytest.mark.slow


@pytest.fixture
def train(make_folder, tmp_path):
    """Trains runs in one process, given as a workdir's name and flags."""
    folders = [
        f"--{name}_dir={make_folder(name, count)}"
        for name, count in (("photo", 21), ("cartoon", 5), ("people", 5))
    ]

    def train(*runs, code=0):
        files = []
        for number, (name, *arguments) in enumerate(runs):
            lines = [*folders, f"--workdir={tmp_path / name}", *arguments]
            files.append(tmp_path / f"{number}.flags")
            files[-1].write_text("\n".join(lines))
        done = subprocess.run(
            [sys.executable, str(SCRIPT), *map(str, files)],
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    return train


@pytest.mark.distributed
def test_two_devices_train_like_one(train, tmp_path):
    """One step: of several, rounding errors of such networks grow too large.

    It is the first in which the pool trades.
    """
    train(("one", *EVERYTHING, "--steps=2"))
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    arguments = (*EVERYTHING, "--steps=3", "--evaluate_every=3")
    output = train(
        ("one", *arguments), ("two", *arguments, "--strategy=mirrored")
    )
    assert "2 replicas, 2 images each." in output
    run_states.assert_close(tmp_path / "one", tmp_path / "two")
    rows = run_log.read_table(tmp_path / "two")
    assert len(rows) == 5  # Of four steps and an evaluation.
    assert rows[-1]["quality_score"]
    assert rows[-2]["palette_loss"]
    assert rows[-2]["people_content_loss"]
    names = {
        run: {path.name for path in (tmp_path / run).rglob("*.png")}
        for run in ("one", "two")
    }
    assert names["one"] == names["two"]
    assert "step_00000004_fixed.png" in names["two"]


def test_a_batch_that_cannot_be_split_is_an_error(train):
    message = train(
        ("run", *PLAIN, "--batch_size=5", "--strategy=mirrored"), code=1
    )
    assert "--batch_size=5 cannot be split equally among 2 replicas" in message
    assert "pass 4 or 6." in message


@pytest.mark.distributed
def test_the_gradient_of_the_whole_batch_is_clipped(train, tmp_path):
    train(("one", *PIXELS), ("two", *PIXELS, "--strategy=mirrored"))
    run_states.assert_close(tmp_path / "one", tmp_path / "two")


@pytest.mark.distributed
def test_the_loss_scale_is_the_same_on_all_devices(train, tmp_path):
    half = (*PIXELS, "--mixed_precision=all", "--compute_dtype=float16")
    train(("one", *half), ("two", *half, "--strategy=mirrored"))
    run_states.assert_close(tmp_path / "one", tmp_path / "two", 0.02)


@pytest.mark.distributed
def test_a_run_resumes_on_other_devices(train, tmp_path):
    # TensorFlow allows one strategy in a process.
    train(
        ("one_and_two", *PLAIN, "--steps=1"),
        ("one_and_two", *PLAIN, "--steps=3", "--strategy=mirrored"),
    )
    train(
        ("two_and_one", *PLAIN, "--steps=1", "--strategy=mirrored"),
        ("two_and_one", *PLAIN, "--steps=3"),
    )
    run_states.assert_close(tmp_path / "one_and_two", tmp_path / "two_and_one")
