import contextlib
import functools
import io
import os
import re
import signal
import sys

import cv2
import numpy as np
import pytest

from cartoongan_tf.data import pipeline
from cartoongan_tf.images import pictures
from cartoongan_tf.training import callbacks
from cartoongan_tf.training import run_log


class Step:
    """Stands where a model would: callbacks ask it for little."""

    def __init__(self, averaged_generator=None):
        self.step = 0
        self.averaged_generator = averaged_generator
        self.stop_training = False

    def run(self, callback, steps, losses=None):
        callback.set_model(self)
        callback.on_train_begin()
        for _ in range(steps):
            self.step += 1
            callback.on_train_batch_end(self.step, losses or {})
        callback.on_train_end()


@pytest.fixture
def log(tmp_path):
    log = run_log.RunLog(tmp_path, -1)
    yield log
    log.close()


@pytest.fixture
def photo_paths(make_folder):
    return sorted(make_folder("photos", count=12).iterdir())


def grids(log, tmp_path, photo_paths, generator, **changes):
    settings = {"offset": 0, "every": 2, "last": 5, "image_size": 32}
    callback = callbacks.SampleGrids(
        log, tmp_path / "grids", photo_paths, seed=0, **settings | changes
    )
    Step(generator).run(callback, 5)
    return sorted(path.name for path in (tmp_path / "grids").iterdir())


def test_grids_are_written_at_the_start_periodically_and_at_the_end(
    log, tmp_path, photo_paths, generator
):
    names = grids(log, tmp_path, photo_paths, generator)
    assert names == [
        f"step_{step:08}_{kind}.png"
        for step in (0, 2, 4, 5)
        for kind in ("fixed", "random")
    ]


def test_grids_count_from_the_start_of_the_run(
    log, tmp_path, photo_paths, generator
):
    names = grids(log, tmp_path, photo_paths, generator, offset=10, last=15)
    assert names[0] == "step_00000012_fixed.png"
    assert names[-1] == "step_00000015_random.png"


def test_a_grid_shows_photos_above_their_cartoons(photo_paths, generator):
    photos = [
        pipeline.center_crop(pictures.read_picture(p), 32)
        for p in photo_paths[:3]
    ]
    grid = callbacks.sample_grid(generator, photos)
    assert grid.shape == (64, 96, 3)
    np.testing.assert_array_equal(grid[:32, 32:64], photos[1])
    cartoon = generator(pictures.to_network(photos[1][None]))
    np.testing.assert_array_equal(
        grid[32:, 32:64], pictures.to_pixels(cartoon)[0]
    )


def test_the_fixed_grid_is_fixed_and_the_other_is_random(
    log, tmp_path, photo_paths, generator
):
    grids(log, tmp_path, photo_paths, generator)
    tops = {
        kind: [
            cv2.imread(str(path))[:32].tobytes()
            for path in sorted((tmp_path / "grids").glob(f"*{kind}.png"))
        ]
        for kind in ("fixed", "random")
    }
    assert len(set(tops["fixed"])) == 1
    assert len(set(tops["random"])) == 4


@pytest.fixture
def hang_up():
    """Sets what `SIGHUP` does, until the end of the test."""
    usual = signal.getsignal(signal.SIGHUP)
    yield functools.partial(signal.signal, signal.SIGHUP)
    signal.signal(signal.SIGHUP, usual)


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
)
def test_a_signal_ends_training_after_the_step(number, hang_up):
    hang_up(lambda number, frame: None)
    usual = signal.getsignal(number)
    model, callback = Step(), callbacks.StopOnSignal(float)
    callback.set_model(model)
    callback.on_train_begin()
    signal.raise_signal(number)
    assert not model.stop_training
    assert signal.getsignal(number) == usual
    callback.on_train_batch_end(0)
    assert model.stop_training
    callback.on_train_end()
    assert callback.received == number


def test_nohup_ignores_a_closed_terminal(hang_up):
    hang_up(signal.SIG_IGN)
    callback = callbacks.StopOnSignal(float)
    callback.on_train_begin()
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    callback.on_train_end()


def test_a_closed_terminal_does_not_prevent_saving(hang_up, monkeypatch):
    terminal, ours = os.openpty()
    os.close(terminal)
    hang_up(lambda number, frame: None)
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    gone = open(ours, "w")
    monkeypatch.setattr(sys, "stdout", gone)
    model, callback = Step(), callbacks.StopOnSignal(float)
    callback.set_model(model)
    callback.on_train_begin()
    signal.raise_signal(signal.SIGHUP)
    callback.on_train_batch_end(0)
    assert model.stop_training
    print("1/1", flush=True)
    callback.on_train_end()
    sys.stdout.close()
    with contextlib.suppress(OSError):
        gone.close()


def test_the_bar_of_a_terminal_is_one_line(monkeypatch):
    """Keras repeats what has wrapped, over and over."""
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdout", terminal)
    losses = {f"{name}_loss": 0.1234 for name in ("a", "total", "b", "c")}
    progress = callbacks.Progress()
    progress.set_params({"verbose": 1, "epochs": 1, "steps": 12_000})
    progress.on_epoch_begin(0)
    for batch in range(3):
        progress.on_train_batch_end(batch, losses)
    printed = re.sub(r"\x1b\[[\d;]*m|\x08", "", terminal.getvalue())
    *_, line = printed.split("\r")
    assert "total_loss: 0.1234" in line
    assert len(line.rstrip()) < 80


@pytest.mark.parametrize(("seconds", "lines"), [(1000, 1), (0, 10)])
def test_progress_prints_lines_without_a_terminal(capsys, seconds, lines):
    progress = callbacks.Progress(seconds)
    progress.set_params({"verbose": 1, "epochs": 1, "steps": 9})
    progress.on_epoch_begin(0)
    for batch in range(9):
        progress.on_train_batch_end(batch, {"content_loss": 1.0})
    progress.on_epoch_end(0, {"content_loss": 1.0})
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == lines
    assert printed[-1] == "9/9 0:00:00 left - content_loss: 1"
