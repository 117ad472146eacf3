"""The devices and machines that a run trains on.

Replicas are copies of the networks, one on each device. They compute equal
shares of each batch, and sum their gradients. Of several workers, processes
that are usually on a machine each, one is the chief: it alone writes.
"""

import contextlib
import dataclasses
import functools
import json
import os
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

import keras
import tensorflow as tf

from cartoongan_tf.core import errors
from cartoongan_tf.data import pipeline
from cartoongan_tf.training import config

_VARIABLE = "TF_CONFIG"
_EXAMPLE = (
    '{"cluster": {"worker": ["host0:2222", "host1:2222"]}, '
    '"task": {"type": "worker", "index": 0}}'
)
_ROLES = ("chief", "worker")
# What the others see of a worker that has ended.
_LOST_WORKER = (
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
    tf.errors.UnavailableError,
)


@dataclasses.dataclass(frozen=True)
class Cluster:
    """What one process knows of the devices that train together.

    Attributes:
        strategy: Networks and optimizers are made in its `scope`; None where
            there is one device.
        worker: Number of this process, from 0, which is the chief.
        workers: How many processes there are.
    """

    strategy: tf.distribute.Strategy | None = None
    worker: int = 0
    workers: int = 1

    @property
    def is_chief(self) -> bool:
        """Whether this process writes."""
        return self.worker == 0

    @property
    def replicas(self) -> int:
        """Number of replicas, those of other workers included."""
        return self.strategy.num_replicas_in_sync if self.strategy else 1

    def scope(self) -> contextlib.AbstractContextManager:
        """Where the networks and optimizers have to be made."""
        return self.strategy.scope() if self.strategy else _nothing()

    def fit(
        self,
        phase: keras.Model,
        batches_of: Callable[[range, pipeline.Share], tf.data.Dataset],
        steps: range,
        callbacks: Sequence[keras.callbacks.Callback],
    ) -> None:
        """Trains a phase as `fit` does, which fails for several workers.

        Args:
            phase: Compiled model, made in the `scope`.
            batches_of: Function to a share of the batches of some steps.
            steps: The steps to train.
            callbacks: Callbacks of this worker.
        """
        if self.strategy is None:
            phase.fit(
                batches_of(steps, pipeline.WHOLE),
                shuffle=False,
                callbacks=callbacks,
            )
            return
        share = pipeline.Share(
            self.worker, self.workers, self.replicas // self.workers
        )
        batches = self.strategy.distribute_datasets_from_function(
            lambda _: batches_of(steps, share)
        )
        calls = keras.callbacks.CallbackList(
            callbacks, model=phase, epochs=1, steps=len(steps), verbose=1
        )
        step = phase.by_step(lambda _: self._in_replicas(phase.train_step))
        phase.stop_training = False
        calls.on_train_begin()
        calls.on_epoch_begin(0)
        for number, batch in enumerate(batches):
            calls.on_train_batch_begin(number)
            # All replicas report the same.
            report = {
                name: self.strategy.experimental_local_results(value)[0]
                for name, value in step(batch).items()
            }
            calls.on_train_batch_end(number, report)
            if phase.stop_training:
                break
        calls.on_epoch_end(0, report)
        calls.on_train_end(report)

    def _in_replicas(self, step):
        return tf.function(
            lambda batch: self.strategy.run(step, args=(batch,)),
            autograph=False,
        )

    def total(self, number: float) -> float:
        """Sums a number over all workers, which have to call this alike."""
        if self.workers == 1:
            return number
        whole = self._total_of_replicas(tf.constant(number, tf.float32))
        return float(whole) * self.workers / self.replicas

    @functools.cached_property
    def _total_of_replicas(self):
        @tf.function(autograph=False)
        def total(number):
            local = self.strategy.run(lambda: number)
            return self.strategy.reduce("SUM", local, axis=None)

        return total

    @contextlib.contextmanager
    def chief_first(self) -> Iterator[None]:
        """Runs a block on the chief, and on the other workers after that."""
        if not self.is_chief:
            self.total(0)
        yield
        if self.is_chief:
            self.total(0)

    @contextlib.contextmanager
    def explained(self) -> Iterator[None]:
        """Tells what it means to the user that another worker has ended.

        Raises:
            InputError: If one ends while the block waits for it.
        """
        try:
            yield
        except _LOST_WORKER as error:
            if self.workers == 1:
                raise
            raise errors.InputError(
                f"worker {self.worker} of {self.workers} has lost another one, "
                "whose own output says why it ended. Start all of them again "
                "with the same commands to go on from the last checkpoint."
            ) from error


ONE_DEVICE = Cluster()


def join(settings: config.TrainConfig) -> Cluster:
    """Sets up the devices of this process, and waits for the other ones.

    To be called before anything else touches a device.

    Args:
        settings: Settings of the run.

    Returns:
        The cluster that this process belongs to.

    Raises:
        InputError: If TF_CONFIG does not tell which worker this is, its port
            is in use, or a batch cannot be shared equally.
    """
    tf.get_logger().setLevel("WARNING")  # It tells of every all-reduce.
    if settings.strategy == "none":
        return ONE_DEVICE
    if settings.strategy == "mirrored":
        cluster = Cluster(tf.distribute.MirroredStrategy(_local_devices()))
    else:
        cluster = _join_workers()
    _check_batch(settings.batch_size, cluster)
    if cluster.is_chief:
        _announce(settings, cluster)
    return cluster


@contextlib.contextmanager
def _nothing():
    yield


def _local_devices():
    kinds = (tf.config.list_logical_devices(kind) for kind in ("GPU", "CPU"))
    return [device.name for device in next(filter(None, kinds))]


def _join_workers():
    number, count = read_task()
    print(
        f"Worker {number} of {count} waits for the others; worker 0 writes, "
        "and tells how far the run is.",
        flush=True,
    )
    try:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    except tf.errors.UnknownError as error:
        raise errors.InputError(
            f"worker {number} cannot listen at its port of {_VARIABLE} "
            f"({error.message}); end the process that does, or name another "
            "port."
        ) from error
    return Cluster(strategy, number, count)


def read_task() -> tuple[int, int]:
    """Reads TF_CONFIG.

    Returns:
        Number of this worker, that of the chief being 0, and of all.

    Raises:
        InputError: If it is not set, or does not tell.
    """
    text = os.environ.get(_VARIABLE)
    if not text:
        raise errors.InputError(
            f"`strategy`=multi_worker reads from the variable {_VARIABLE}, "
            "which cluster managers set, where the workers are; it is not "
            "set. docs/scaling.md shows how, and `strategy`=mirrored trains "
            "on all devices of this machine alone."
        )
    try:
        described = json.loads(text)
        addresses, task = described["cluster"], described["task"]
        role, index = task["type"], int(task["index"])
        # A chief, where there is one, comes first.
        there = [
            (r, n) for r in _ROLES for n in range(len(addresses.get(r, ())))
        ]
        return there.index((role, index)), len(there)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise errors.InputError(
            f"The variable {_VARIABLE} does not tell which worker this is "
            f"({error}); it has to look like {_EXAMPLE}, and was {text}."
        ) from error


def _check_batch(batch_size, cluster):
    rest = batch_size % cluster.replicas
    if rest:
        smaller = batch_size - rest
        larger = smaller + cluster.replicas
        fits = f"{smaller} or {larger}" if smaller else f"{larger}"
        raise errors.InputError(
            f"`batch_size`={batch_size} cannot be shared equally by "
            f"{cluster.replicas} replicas; pass {fits}."
        )


def _announce(settings, cluster):
    size = settings.batch_size // cluster.replicas
    images = "1 image" if size == 1 else f"{size} images"
    where = f" on {cluster.workers} workers" if cluster.workers > 1 else ""
    print(f"{cluster.replicas} replicas{where}, {images} each.", flush=True)
