"""Commands on folders with files that end the process that reads them."""

import os
import pathlib
import signal
import subprocess
import sys
import time

import clip_maker
import crashing_libraries
import film_maker
import numpy as np
import pytest
import small_model

from cartoongan_tf.data import synthetic_scenes
from cartoongan_tf.images import photo_io

pytestmark = pytest.mark.slow

_CRASHES = pathlib.Path(__file__).parents[2] / "fuzzing/corpus/crashes"
_REASON = "ends the process that reads it (SIGSEGV)"


@pytest.fixture
def crashing(run_command, tmp_path):
    """Runs a command with libraries that crash."""
    folder = tmp_path / "libraries"
    folder.mkdir()
    variables = crashing_libraries.environment(folder)

    def run(*command):
        command = (sys.executable, *map(str, command))
        return run_command(*command, env=variables)

    return run


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return small_model.write(tmp_path_factory.mktemp("model"))


@pytest.fixture
def photos(make_folder):
    """Eight pictures, two of which crash, and a broken one."""
    folder = make_folder("photos", 8)
    # TIFFs, which Pillow decodes in training, too.
    for path in folder.iterdir():
        photo = photo_io.read_photo(path)
        tiff = path.with_suffix(".tif")
        photo_io.write_photo(tiff, photo.pixels, format="TIFF")
        path.unlink()
    (folder / "1.tif").rename(folder / "1 decoded to crash.tif")
    (folder / "4.tif").rename(folder / "4 opened to crash.tif")
    (folder / "2.tif").write_text("broken")
    return folder


def test_a_crash_ends_the_work_on_one_picture(
    crashing, model, photos, tmp_path
):
    pictures = clip_maker.frames(4)
    clip_maker.write_clip(photos / "decoded to crash.mp4", pictures)
    clip_maker.write_clip(photos / "whole.mp4", pictures)
    out = tmp_path / "out"
    done = crashing(
        "cartoonize.py",
        "--overwrite",
        f"--model={model}",
        f"--output={out}",
        photos,
    )
    assert done.returncode == 1, done.stderr
    assert "most recent call" not in done.stderr
    for name in ("1 decoded to crash.tif", "4 opened to crash.tif"):
        assert done.stderr.count(f"{photos / name} {_REASON}") == 1
    film = photos / "decoded to crash.mp4"
    assert done.stderr.count(f"{film} {_REASON}") == 1
    assert done.stderr.count("2.tif: ") == 1
    assert "error: 4 of the inputs could not be cartoonized" in done.stderr
    names = {"0.tif", "3.tif", "5.tif", "6.tif", "7.tif", "whole.mp4"}
    written = {path.name for path in out.iterdir()}
    assert {n for n in written if not n.startswith(".")} == names
    for name in names:  # Each was made once.
        assert done.stderr.count(f"{out / name}\n") == 1


def test_a_model_that_crashes_is_named(run_command, make_folder, tmp_path):
    """Found by fuzzing: LiteRT checks most of a file, not all of it."""
    done = run_command(
        sys.executable,
        "cartoonize.py",
        f"--model={_CRASHES / 'litert.tflite'}",
        f"--output={tmp_path / 'out'}",
        str(make_folder("photos", 1) / "0.png"),
    )
    assert done.returncode == 1
    assert f"litert.tflite {_REASON}" in done.stderr


def test_a_check_names_a_picture_that_crashes(crashing, photos, make_folder):
    cartoons = make_folder("cartoons", 3)
    done = crashing(
        "prepare.py",
        "check",
        f"--photo_dir={photos}",
        f"--cartoon_dir={cartoons}",
        f"--report={photos.parent / 'report.html'}",
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    report = (photos.parent / "report.html").read_text()
    assert report.count(_REASON) == 2


def test_a_film_that_crashes_does_not_end_the_others(crashing, tmp_path):
    films = tmp_path / "films"
    films.mkdir()
    drawn = synthetic_scenes.draw_scene(0, 192)[:128]
    still = film_maker.still(np.ascontiguousarray(drawn), 1)
    for name in ("1 decoded to crash.mkv", "2.mkv"):
        film_maker.write_film(films / name, [still])
    done = crashing(
        "prepare.py",
        "frames",
        f"--video={films}",
        f"--output={tmp_path / 'frames'}",
    )
    assert done.returncode == 1, done.stderr
    assert f"1 decoded to crash.mkv {_REASON}" in done.stderr
    assert "error: 1 of 2 videos gave no frames" in done.stderr
    assert list((tmp_path / "frames").glob("2_*.png"))


def test_a_killed_command_leaves_no_process(model, make_folder, tmp_path):
    command = [sys.executable, "cartoonize.py", f"--model={model}"]
    process = subprocess.Popen(
        [*command, f"--output={tmp_path / 'out'}", make_folder("photos", 400)],
        stderr=subprocess.DEVNULL,
    )
    children = f"/proc/{process.pid}/task/{process.pid}/children"
    while not (found := _read(children).split()):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for _ in range(1000):
        if not os.path.exists(f"/proc/{found[0]}"):
            return
        time.sleep(0.01)
    pytest.fail("It works on.")


def _read(path):
    with open(path) as file:
        return file.read()
