"""How good the generator of a run is, now and then while it trains."""

import pathlib
from collections.abc import Sequence

import keras
import numpy as np

from cartoongan_tf import artifacts
from cartoongan_tf import distances
from cartoongan_tf import evaluating
from cartoongan_tf import files
from cartoongan_tf import inception
from cartoongan_tf import run_log

BEST_FILE = "best_generator.keras"

_SIDE = 256  # As evaluate.py measures unless told.


class Evaluations(keras.callbacks.Callback):
    """Logs the kernel distance to the cartoons, and keeps the best generator.

    Args:
        log: Where to record it.
        phase: Name of the phase.
        workdir: Folder of the run.
        photos: Held-back photos to make cartoons of.
        cartoons: The cartoons to compare them with.
        describe: Inception features.
        offset: Step of the run at which the phase begins.
        every: Steps between two evaluations.
        last: Last step of the phase, which has one in any case.
    """

    def __init__(
        self,
        log: run_log.RunLog,
        phase: str,
        workdir: pathlib.Path,
        photos: Sequence[pathlib.Path],
        cartoons: Sequence[pathlib.Path],
        describe: inception.Inception,
        *,
        offset: int,
        every: int,
        last: int,
    ):
        super().__init__()
        self._log = log
        self._phase = phase
        self._workdir = workdir
        self._photos = photos
        self._cartoons = cartoons
        self._describe = describe
        self._offset = offset
        self._every = every
        self._last = last

    def on_train_begin(self, logs=None):
        self._name = f"KID-{self._describe.name}"
        self._wanted = evaluating.describe_files(
            self._describe, self._cartoons, _SIDE, "Measuring cartoons"
        )
        rows = run_log.read_table(self._workdir)
        past = [float(row[self._name]) for row in rows if row[self._name]]
        self._best = min(past, default=np.inf)

    def on_train_batch_end(self, batch, logs=None):
        step = self._offset + int(self.model.step)
        if step % self._every == 0 or step == self._last:
            self._evaluate(step)

    def _evaluate(self, step):
        generator = self.model.averaged_generator
        distance = distances.kernel_distance(
            self._describe(self._cartoonize(generator)), self._wanted
        )
        self._log.add_losses(step, self._phase, {self._name: distance})
        if distance < self._best:
            self._best = distance
            files.save_model(generator, self._workdir / BEST_FILE)

    def _cartoonize(self, generator):
        cartoonize = artifacts.from_generator(generator)
        for path in self._photos:
            yield cartoonize(evaluating.read_crop(path, _SIDE))
