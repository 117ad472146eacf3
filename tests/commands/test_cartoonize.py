"""The command, each time in a process of its own."""

import io
import os
import signal
import subprocess
import sys
import time

import numpy as np
import PIL.Image
import pytest
import small_model

from cartoongan_tf.images import photo_io
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import loading

pytestmark = pytest.mark.slow

_COUNT = 1000  # Pictures, which take much longer than to stop.


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return small_model.write(tmp_path_factory.mktemp("model"))


@pytest.fixture
def cartoonize(run_command, model):
    def run(*arguments, **settings):
        return run_command(
            sys.executable,
            "cartoonize.py",
            f"--model={model}",
            *map(str, arguments),
            **settings,
        )

    return run


def test_a_second_run_processes_only_missing_results(
    cartoonize, make_folder, tmp_path
):
    folder = make_folder("photos", 3)
    (folder / "1.png").write_text("broken")
    (folder / "notes.txt").write_text("notes")
    output = f"--output={tmp_path / 'out'}"
    first = cartoonize(output, folder, tmp_path / "gone.jpg")
    assert first.returncode == 1
    assert "Traceback" not in first.stderr
    assert "gone.jpg does not exist" in first.stderr
    assert "1.png is not a picture" in first.stderr
    assert "Skipped: 1 .txt." in first.stderr
    assert "2 of the inputs could not be cartoonized" in first.stderr
    written = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert written == ["0.png", "2.png"]
    before = (tmp_path / "out/0.png").stat().st_mtime_ns
    pictures.write_png(
        folder / "1.png", pictures.read_picture(folder / "0.png")
    )
    second = cartoonize(output, folder)
    assert second.returncode == 0, second.stderr
    assert "2 exist already" in second.stderr
    assert (tmp_path / "out/0.png").stat().st_mtime_ns == before
    np.testing.assert_array_equal(
        pictures.read_picture(tmp_path / "out/1.png"),
        pictures.read_picture(tmp_path / "out/0.png"),
    )


def test_a_picture_goes_through_a_pipe(cartoonize, model, random):
    photo = random.integers(0, 256, (33, 47, 3), "uint8")
    stream = io.BytesIO()
    PIL.Image.fromarray(photo).save(stream, "PNG")
    command = [sys.executable, "cartoonize.py", f"--model={model}", "-"]
    command.insert(2, "--device=cpu")
    done = subprocess.run(
        command, input=stream.getvalue(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    cartoon = photo_io.read_photo(done.stdout)
    assert cartoon.format == "PNG"
    expected = loading.open_model(model, "--model")(photo)
    np.testing.assert_array_equal(cartoon.pixels, expected)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--strength=2"], "strength"),
        (["--tile=5"], "--tile=5 is too small"),
        (["--device=gpu:7"], "--device=gpu:7 is not there; there is cpu"),
        (["--format=xyz"], "xyz"),
        (["--format=png", "--quality=80"], "--quality=80 does not apply to"),
        (["--model=gone.keras"], "gone.keras does not exist"),
        (["--model=http://127.0.0.1:9"], "is the server up"),
    ],
)
def test_impossible_tasks_are_reported_at_the_start(
    cartoonize, make_folder, tmp_path, flags, message
):
    output = f"--output={tmp_path / 'out'}"
    done = cartoonize(output, *flags, make_folder("photos", 1))
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "out").glob("*.png"))


@pytest.mark.parametrize("is_empty", [True, False])
def test_inputs_without_pictures_are_an_error(cartoonize, tmp_path, is_empty):
    folder = tmp_path / "mounted"
    folder.mkdir()
    if not is_empty:
        (folder / "notes.txt").write_text("notes")
    done = cartoonize(f"--output={tmp_path / 'out'}", folder)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"no picture or video is in {folder}" in line
    assert ("(skipped: 1 .txt)" in line) is not is_empty
    assert not (tmp_path / "out").exists()


def test_a_run_with_nothing_left_to_do_succeeds(
    cartoonize, make_folder, tmp_path
):
    folder = make_folder("photos", 1)
    for _ in range(2):
        done = cartoonize(f"--output={tmp_path / 'out'}", folder)
        assert done.returncode == 0, done.stderr
    assert "1 exist already" in done.stderr


def test_ctrl_c_leaves_nothing_half_written(model, tmp_path, random):
    pixels = random.integers(0, 256, (500, 700, 3), "uint8")
    pictures.write_png(tmp_path / "photos/first.png", pixels)
    for number in range(_COUNT):
        os.link(
            tmp_path / "photos/first.png", tmp_path / f"photos/{number}.png"
        )
    out = tmp_path / "out"
    command = [sys.executable, "cartoonize.py", f"--model={model}"]
    process = subprocess.Popen(
        [*command, f"--output={out}", tmp_path / "photos"],
        stderr=subprocess.PIPE,
        text=True,
        # What a shell runs in the background ignores Ctrl-C, tests included.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not (out.is_dir() and any(out.glob("*.png"))):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    names = os.listdir(out)
    assert 0 < len(names) < _COUNT
    assert all(not name.startswith(".") for name in names)
    for name in names:
        assert photo_io.read_photo(out / name).pixels.shape == (500, 700, 3)


def test_commands_lead_from_a_generator_to_pictures(
    generator, make_folder, tmp_path, run_command
):
    generator.save(tmp_path / "generator.keras")
    photo = make_folder("photos", 1) / "0.png"
    done = run_command(
        sys.executable,
        "export.py",
        f"--model={tmp_path / 'generator.keras'}",
        f"--output={tmp_path / 'exported'}",
        "--precision=float32",
        "--sizes=any",
    )
    assert done.returncode == 0, done.stderr
    cartoons = []
    for number, model in enumerate(
        (
            "generator.keras",
            "exported/saved_model",
            "exported/cartoongan_float32_any.tflite",
        )
    ):
        done = run_command(
            sys.executable,
            "cartoonize.py",
            f"--model={tmp_path / model}",
            f"--output={tmp_path / f'{number}.png'}",
            str(photo),
        )
        assert done.returncode == 0, done.stderr
        cartoon = pictures.read_picture(tmp_path / f"{number}.png")
        assert cartoon.shape == pictures.read_picture(photo).shape
        cartoons.append(cartoon.astype(int))
    assert np.abs(cartoons[1] - cartoons[0]).max() <= 1
    assert np.abs(cartoons[2] - cartoons[0]).max() <= 1
