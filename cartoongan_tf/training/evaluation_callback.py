"""Evaluation of the generator of a run, now and then while it trains."""

import pathlib
from collections.abc import Sequence

import numpy as np

from cartoongan_tf.analysis import photo_consistency
from cartoongan_tf.analysis import quality
from cartoongan_tf.analysis import structure
from cartoongan_tf.core import atomic_files
from cartoongan_tf.evaluation import evaluator
from cartoongan_tf.evaluation import inception
from cartoongan_tf.evaluation import kid_fid
from cartoongan_tf.inference import loading
from cartoongan_tf.training import callbacks
from cartoongan_tf.training import run_log

BEST_FILE = "best_generator.keras"


class Evaluations(callbacks.PeriodicCallback):
    """Logs how good the cartoons are, and keeps the best generator.

    The log gets the kernel distance, the other components of the quality
    score, and the score, by which the best generator is chosen.

    Args:
        log: Where to record it.
        phase: Name of the phase.
        workdir: Folder of the run.
        photos: Held-back photos to make cartoons of.
        cartoons: The cartoons to compare them with.
        describe: Inception features.
        **when: As `PeriodicCallback` takes it.
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
        self._wanted = evaluator.describe_files(
            self._describe,
            self._cartoons,
            evaluator.IMAGE_SIZE,
            "Measuring cartoons",
        )
        photos = photo_consistency.Pool()
        for _ in self._cartoons_of(evaluator.unchanged, photos):
            pass
        self._start = photos.result()
        rows = run_log.read_table(self._workdir)
        past = [row[quality.SCORE] for row in rows if row[quality.SCORE]]
        self._best = min(map(float, past), default=np.inf)

    def act(self, step: int) -> None:
        generator = self.model.averaged_generator
        metrics = self._measure(loading.from_generator(generator))
        known = {n: value for n, value in metrics.items() if value is not None}
        self._log.add_losses(step, self._phase, known)
        if metrics[quality.SCORE] < self._best:
            self._best = metrics[quality.SCORE]
            atomic_files.save_model(generator, self._workdir / BEST_FILE)

    def _measure(self, cartoonize):
        """The columns of the log, in one pass that holds few pictures."""
        pool = photo_consistency.Pool()
        features = self._describe(self._cartoons_of(cartoonize, pool))
        distance = kid_fid.kernel_distance(features, self._wanted)
        metrics = quality.components(pool.result(), self._start)
        score = quality.score(distance, metrics)
        return {self._name: distance, **metrics, quality.SCORE: score}

    def _cartoons_of(self, cartoonize, pool):
        """Gives the cartoons, and adds each to a pool on the way."""
        for path in self._photos:
            photo = evaluator.read_crop(path, evaluator.IMAGE_SIZE)
            cartoon = cartoonize(photo)
            pool.add(structure.find_structure(photo), cartoon)
            yield cartoon
