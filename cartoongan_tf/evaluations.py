"""How good the generator of a run is, now and then while it trains."""

import pathlib
from collections.abc import Sequence

import numpy as np

from cartoongan_tf import artifacts
from cartoongan_tf import callbacks
from cartoongan_tf import distances
from cartoongan_tf import evaluating
from cartoongan_tf import files
from cartoongan_tf import inception
from cartoongan_tf import run_log

BEST_FILE = "best_generator.keras"


class Evaluations(callbacks.NowAndThen):
    """Logs the kernel distance to the cartoons, and keeps the best generator.

    Args:
        log: Where to record it.
        phase: Name of the phase.
        workdir: Folder of the run.
        photos: Held-back photos to make cartoons of.
        cartoons: The cartoons to compare them with.
        describe: Inception features.
        **when: As `NowAndThen` takes it.
    """

    def __init__(
        self,
        log: run_log.RunLog,
        phase: str,
        workdir: pathlib.Path,
        photos: Sequence[pathlib.Path],
        cartoons: Sequence[pathlib.Path],
        describe: inception.Inception,
        **when: int,
    ):
        super().__init__(**when)
        self._log = log
        self._phase = phase
        self._workdir = workdir
        self._photos = photos
        self._cartoons = cartoons
        self._describe = describe

    def on_train_begin(self, logs=None):
        self._name = f"KID-{self._describe.name}"
        self._wanted = evaluating.describe_files(
            self._describe,
            self._cartoons,
            evaluating.IMAGE_SIZE,
            "Measuring cartoons",
        )
        rows = run_log.read_table(self._workdir)
        past = [float(row[self._name]) for row in rows if row[self._name]]
        self._best = min(past, default=np.inf)

    def act(self, step: int) -> None:
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
            yield cartoonize(evaluating.read_crop(path, evaluating.IMAGE_SIZE))
