"""Periodic evaluation of the generator during training."""

import pathlib
from collections.abc import Sequence

import numpy as np

from cartoongan_tf.analysis import photo_consistency
from cartoongan_tf.analysis import quality
from cartoongan_tf.analysis import structure
from cartoongan_tf.evaluation import evaluator
from cartoongan_tf.evaluation import inception
from cartoongan_tf.evaluation import kid_fid
from cartoongan_tf.inference import loading
from cartoongan_tf.nn import weight_files
from cartoongan_tf.training import callbacks
from cartoongan_tf.training import run_log

BEST_FILE = "best_generator.keras"


class Evaluations(callbacks.PeriodicCallback):
    """Logs the metrics of held-out photos, and keeps the best generator.

    Logged are the kernel distance, the other components of the quality score,
    and the score itself, which selects the best generator.

    Args:
        log: Log of the run.
        phase: Name of the phase, as in log.csv.
        workdir: Folder of the run.
        photos: Held-out photos to cartoonize.
        cartoons: Cartoons to compare the results with.
        inception_features: Inception features for the kernel distance.
        **schedule: Arguments of `PeriodicCallback`.
    """

    def __init__(
        self,
        log: run_log.RunLog,
        phase: str,
        workdir: pathlib.Path,
        photos: Sequence[pathlib.Path],
        cartoons: Sequence[pathlib.Path],
        inception_features: inception.Inception,
        **schedule: int,
    ):
        super().__init__(**schedule)
        self._log = log
        self._phase = phase
        self._workdir = workdir
        self._photos = photos
        self._cartoons = cartoons
        self._inception_features = inception_features

    def on_train_begin(self, logs=None):
        self._name = f"KID-{self._inception_features.name}"
        self._cartoon_features = evaluator.file_features(
            self._inception_features,
            self._cartoons,
            evaluator.IMAGE_SIZE,
            "Measuring cartoons",
        )
        pool = photo_consistency.Pool()
        for _ in self._cartoonize_all(evaluator.identity, pool):
            pass
        self._photo_result = pool.result()
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
            weight_files.save_model(generator, self._workdir / BEST_FILE)

    def _measure(self, cartoonize):
        """Metrics by column in log.csv; holds few pictures at a time."""
        pool = photo_consistency.Pool()
        features = self._inception_features(
            self._cartoonize_all(cartoonize, pool)
        )
        distance = kid_fid.kernel_distance(features, self._cartoon_features)
        metrics = quality.components(pool.result(), self._photo_result)
        score = quality.score(distance, metrics)
        return {self._name: distance, **metrics, quality.SCORE: score}

    def _cartoonize_all(self, cartoonize, pool):
        """Yields the cartoons, and adds each to a pool."""
        for path in self._photos:
            photo = evaluator.read_crop(path, evaluator.IMAGE_SIZE)
            cartoon = cartoonize(photo)
            pool.add(structure.find_structure(photo), cartoon)
            yield cartoon
