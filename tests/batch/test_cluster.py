"""Fault tolerance of the command on two nodes of `ray start`."""

import pathlib
import signal
import time

import PIL.Image
import pytest
import waiting

pytest.importorskip("ray", reason="make test-scale")

pytestmark = pytest.mark.slow

COUNT = 200


@pytest.fixture
def photos(make_folder):
    return make_folder("photos", COUNT, height=200, width=240)


def made_in(folder):
    return [p for p in pathlib.Path(folder).glob("*.png") if p.stem.isdecimal()]


def assert_whole(folder):
    """Each result is there, and can be decoded; nothing else is."""
    names = {path.name for path in folder.iterdir()}
    pictures = {f"{number}.png" for number in range(COUNT)}
    assert {n for n in names if not n.startswith(".")} == {
        *pictures,
        "failed.jsonl",
    }
    assert (folder / "failed.jsonl").read_text() == ""
    for name in pictures:
        with PIL.Image.open(folder / name) as image:
            image.load()
            assert image.size == (240, 200)


def test_a_node_that_is_lost_costs_no_picture(
    cluster, start_batch, photos, tmp_path
):
    made = tmp_path / "made"
    process = start_batch(photos, made, "--actors=2", **cluster.variables)
    waiting.wait_until(lambda: len(made_in(made)) >= COUNT // 4, seconds=300)
    early = {path: path.stat().st_mtime_ns for path in made_in(made)}
    cluster.kill_node(1)
    assert len(early) < COUNT
    _, text = process.communicate()
    assert process.returncode == 0, text
    assert_whole(made)
    assert early == {path: path.stat().st_mtime_ns for path in early}


def test_the_same_command_goes_on_after_its_process_was_killed(
    cluster, start_batch, batch, photos, tmp_path
):
    made = tmp_path / "made"
    process = start_batch(photos, made, "--actors=2", **cluster.variables)
    waiting.wait_until(lambda: len(made_in(made)) >= COUNT // 4, seconds=300)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    time.sleep(5)  # Its workers end with it.
    early = {path: path.stat().st_mtime_ns for path in made_in(made)}
    assert len(early) < COUNT
    status, lines = batch(photos, made, "--actors=2", **cluster.variables)
    assert status == 0
    assert lines == [
        f"{COUNT} pictures and videos, {len(early)} of them done already."
    ]
    assert_whole(made)
    assert early == {path: path.stat().st_mtime_ns for path in early}
