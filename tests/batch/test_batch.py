"""The command, run in a subprocess with its own Ray instance."""

import fractions
import json
import signal

import clip_maker
import pytest
import waiting

pytest.importorskip("ray", reason="make test-scale")

from cartoongan_tf.cartoonize import cartoonizer
from cartoongan_tf.images import pictures

pytestmark = pytest.mark.slow

# Ends any process that opens a file of that name, as a decoder's fault does.
DEADLY = """
import os, signal, sys

def watch(event, arguments):
    if event == "open" and str(arguments[0]).endswith("deadly.png"):
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
"""


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "failed.jsonl"
    }


def failures(folder):
    return [
        json.loads(line)
        for line in (folder / "failed.jsonl").read_text().splitlines()
    ]


def test_a_second_run_finishes_what_the_first_could_not(
    batch, make_folder, model, tmp_path
):
    photos = make_folder("photos/a", 20).parent
    make_folder("photos/b", 20)
    whole = (photos / "a/7.png").read_bytes()
    (photos / "a/7.png").write_text("broken")
    made = tmp_path / "made"
    status, lines = batch(photos, made)
    reason = "is not a picture in a supported format"
    assert status == 1
    assert len(lines) == 3
    assert lines[0] == "40 pictures and videos, 0 of them done already."
    assert lines[1].startswith(f"{photos}/a/7.png: {reason}")
    assert lines[2].startswith("error: 1 of 40 could not be")
    (failure,) = failures(made)
    assert failure["source"] == f"{photos}/a/7.png"
    assert failure["problem"].startswith(reason)
    assert len(contents(made)) == 39
    (photos / "a/7.png").write_bytes(whole)
    before = (made / "a/8.png").stat().st_mtime_ns
    assert batch(photos, made) == (
        0,
        ["40 pictures and videos, 39 of them done already."],
    )
    assert failures(made) == []
    assert (made / "a/8.png").stat().st_mtime_ns == before
    cartoonizer.Cartoonizer(model).folder(photos, tmp_path / "expected")
    assert contents(made) == contents(tmp_path / "expected")


def test_a_picture_that_ends_its_process_fails_alone(
    batch, make_folder, tmp_path
):
    photos = make_folder("photos", 40)
    (photos / "deadly.png").write_bytes((photos / "0.png").read_bytes())
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(DEADLY)
    status, _ = batch(
        photos, tmp_path / "made", PYTHONPATH=str(tmp_path / "site")
    )
    (failure,) = failures(tmp_path / "made")
    assert status == 1
    assert failure["source"] == f"{photos}/deadly.png"
    assert failure["problem"].startswith("ended its worker's process 4 times")
    assert len(contents(tmp_path / "made")) == 40


def test_ctrl_c_stops_without_loss(start_batch, make_folder, tmp_path):
    photos = make_folder("photos", 300, height=200, width=240)
    made = tmp_path / "made"
    process = start_batch(photos, made)
    waiting.wait_until(lambda: len(list(made.glob("*.png"))) > 3, seconds=300)
    process.send_signal(signal.SIGINT)
    _, text = process.communicate()
    assert process.returncode == 130, text
    assert text.splitlines()[-1] == "Stopped. Run the same command to resume."
    assert (made / "failed.jsonl").read_text() == ""
    assert len(contents(made)) < 300
    for path in made.glob("*.png"):
        assert pictures.read_picture(path).shape == (200, 240, 3)


def test_a_worker_too_large_for_the_cluster_is_rejected(
    batch, make_folder, tmp_path
):
    photos = make_folder("photos", 3)
    status, lines = batch(photos, tmp_path / "made", "--cpus=999")
    assert status == 1
    assert "less than a worker is to have; lower --cpus or --gpus" in lines[-1]


def test_a_missing_model_is_reported_in_one_sentence(
    batch, make_folder, tmp_path
):
    photos = make_folder("photos", 3)
    status, lines = batch(photos, tmp_path / "made", "--model=absent.keras")
    assert status == 1
    assert lines[1].startswith("error: --model: absent.keras does not exist")
    assert len(lines) == 2


def test_videos_equal_those_of_one_machine(batch, make_folder, model, tmp_path):
    """Covers a long video in segments, a short one, and a picture."""
    films = make_folder("films", 1)
    for name, seconds in (("long.mp4", 62), ("short.mp4", 10)):
        clip_maker.write_clip(
            films / name,
            clip_maker.frames(seconds, height=32) * 2,
            ticks=range(2 * seconds),
            time_base=fractions.Fraction(1, 2),
            sound="aac",
        )
    (films / "broken.mp4").write_text("none")
    made = tmp_path / "made"
    status, lines = batch(films, made)
    assert status == 1
    assert lines[0] == "4 pictures and videos, 0 of them done already."
    assert [failure["source"] for failure in failures(made)] == [
        f"{films}/broken.mp4"
    ]
    (films / "broken.mp4").unlink()
    cartoonizer.Cartoonizer(model).folder(films, tmp_path / "expected")
    assert contents(made) == contents(tmp_path / "expected")
