"""Callbacks that Keras does not provide.

Each phase is one Keras epoch, so that the progress bar shows the time left in
the whole phase. Steps count from the start of the run, across both phases:
`offset` is the first step of a phase.
"""

import datetime
import os
import pathlib
import signal
import sys
import time
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from cartoongan_tf.data import pipeline
from cartoongan_tf.images import pictures
from cartoongan_tf.training import checkpoints
from cartoongan_tf.training import run_log

GRID_COLUMNS = 8
_BAR_LOSS = "total_loss"  # More would wrap, and Keras cannot clear two lines.


class Progress(keras.callbacks.ProgbarLogger):
    """Keras progress bar; plain lines if the output is not a terminal.

    Args:
        seconds: Interval between two lines.
    """

    def __init__(self, seconds: float = 20):
        super().__init__()
        self._seconds = seconds
        self._begin = self._last_line = time.monotonic()
        self._done = 0

    def on_train_batch_end(self, batch, logs=None):
        self._done = batch + 1
        if sys.stdout.isatty():
            super().on_train_batch_end(batch, self._for_bar(logs))
        elif time.monotonic() >= self._last_line + self._seconds:
            self._last_line = time.monotonic()
            self._print_line(logs)

    def on_epoch_end(self, epoch, logs=None):
        if sys.stdout.isatty():
            super().on_epoch_end(epoch, self._for_bar(logs))
        else:
            self._print_line(logs)

    def _for_bar(self, losses):
        return {n: v for n, v in losses.items() if n == _BAR_LOSS}

    def _print_line(self, losses):
        per_step = (time.monotonic() - self._begin) / self._done
        seconds = round(per_step * (self.target - self._done))
        values = " - ".join(f"{n}: {float(v):.4g}" for n, v in losses.items())
        print(
            f"{self._done}/{self.target} "
            f"{datetime.timedelta(seconds=seconds)} left - {values}",
            flush=True,
        )


class LossLog(keras.callbacks.Callback):
    """Records the losses of every step.

    Args:
        log: Log of the run.
        phase: Name of the phase, as in log.csv.
        offset: Step of the run at which the phase begins.
    """

    def __init__(self, log: run_log.RunLog, phase: str, offset: int):
        super().__init__()
        self._log = log
        self._phase = phase
        self._offset = offset

    def on_train_batch_end(self, batch, logs=None):
        step = self._offset + int(self.model.step)
        values = {name: float(value) for name, value in logs.items()}
        self._log.add_losses(step, self._phase, values)


class PeriodicCallback(keras.callbacks.Callback):
    """Calls `act(step)` at a fixed interval and at the last step of a phase.

    Args:
        offset: Step of the run at which the phase begins.
        every: Interval in steps.
        last: Last step of the phase.
    """

    def __init__(self, *, offset: int, every: int, last: int):
        super().__init__()
        self._offset = offset
        self._every = every
        self._last = last

    @property
    def step(self) -> int:
        """Current step of the run."""
        return self._offset + int(self.model.step)

    def on_train_batch_end(self, batch, logs=None):
        if self.step % self._every == 0 or self.step == self._last:
            self.act(self.step)

    def act(self, step: int) -> None:
        """Periodic action, called after this step of the run."""
        raise NotImplementedError


class SampleGrids(PeriodicCallback):
    """Writes grids of photos above their cartoons.

    One grid shows the same photos each time, the other a random choice.

    Args:
        log: Log whose TensorBoard events also get the grids.
        folder: Output folder, for `step_00000500_fixed.png` and the like.
        photo_paths: Photos to choose from.
        image_size: Height and width of each picture, in pixels.
        seed: Seed of the random choice.
        **schedule: Arguments of `PeriodicCallback`.
    """

    def __init__(
        self,
        log: run_log.RunLog,
        folder: pathlib.Path,
        photo_paths: Sequence[pathlib.Path],
        *,
        image_size: int,
        seed: int,
        **schedule: int,
    ):
        super().__init__(**schedule)
        self._log = log
        self._folder = folder
        self._paths = photo_paths
        self._image_size = image_size
        self._seed = seed

    def on_train_begin(self, logs=None):
        if self.step == 0:
            self.act(0)

    def act(self, step: int) -> None:
        generator = self.model.averaged_generator
        for name, paths in (
            ("fixed", self._fixed_paths()),
            ("random", self._random_paths(step)),
        ):
            photos = [self._read(path) for path in paths]
            grid = sample_grid(generator, photos)
            pictures.write_png(
                self._folder / f"step_{step:08}_{name}.png", grid
            )
            self._log.add_picture(step, name, grid)

    def _fixed_paths(self):
        count = min(GRID_COLUMNS, len(self._paths))
        indices = np.linspace(0, len(self._paths) - 1, count).round()
        return [self._paths[int(index)] for index in indices]

    def _random_paths(self, step):
        count = min(GRID_COLUMNS, len(self._paths))
        random = np.random.default_rng((self._seed, step))
        return random.choice(self._paths, count, replace=False)

    def _read(self, path):
        return pipeline.center_crop(
            pictures.read_picture(path), self._image_size
        )


def sample_grid(generator: Callable, photos: Sequence[tf.Tensor]) -> np.ndarray:
    """Tiles photos above their cartoons into one uint8 RGB picture.

    Runs the generator on one photo at a time, so that a grid does not run out
    of memory where training does not.
    """
    cartoons = [
        pictures.to_pixels(generator(pictures.to_network(photo[None])))[0]
        for photo in photos
    ]
    return np.vstack([np.hstack(photos), np.hstack(cartoons)])


class StopOnSignal(keras.callbacks.Callback):
    """Stops training after the current step on Ctrl-C, SIGTERM or SIGHUP.

    Closing the terminal sends SIGHUP, which `nohup` ignores. A second signal
    has its default effect at once.

    Args:
        total: Sums a number over all workers. Only one of them may get the
            signal, but all must stop after the same step.

    Attributes:
        received: Number of the signal that this process received, or None.
        has_stopped: Whether a signal has ended the training.
    """

    def __init__(self, total: Callable[[float], float]):
        super().__init__()
        self.received = None
        self.has_stopped = False
        self._total = total
        self._previous: dict[int, Any] = {}

    def on_train_begin(self, logs=None):
        for number in self._numbers():
            self._previous[number] = signal.signal(number, self._handle)

    def on_train_batch_end(self, batch, logs=None):
        if self._total(self.received is not None):
            self.has_stopped = self.model.stop_training = True

    def on_train_end(self, logs=None):
        self._restore()

    def _handle(self, number, frame):
        self.received = number
        self._restore()
        try:
            print("\nStopping after this step ...", flush=True)
        except OSError:  # The terminal is gone, and with it all output.
            sys.stdout = sys.stderr = open(os.devnull, "w")

    def _numbers(self):
        yield from (signal.SIGINT, signal.SIGTERM)
        hang_up = getattr(signal, "SIGHUP", None)  # Windows has none.
        if hang_up and signal.getsignal(hang_up) is not signal.SIG_IGN:
            yield hang_up

    def _restore(self):
        for number, handler in self._previous.items():
            signal.signal(number, handler)


class Checkpoints(keras.callbacks.Callback):
    """Saves the phase at a fixed interval and whenever training ends.

    Args:
        path: Checkpoint file to write.
        every: Interval in steps.
        last: Last step of the phase, counted from its own start.
    """

    def __init__(self, path: pathlib.Path, *, every: int, last: int):
        super().__init__()
        self._path = path
        self._every = every
        self._last = last

    def on_train_batch_end(self, batch, logs=None):
        step = int(self.model.step)
        is_due = step % self._every == 0 or step == self._last
        if is_due or self.model.stop_training:
            checkpoints.save(self.model, self._path)
