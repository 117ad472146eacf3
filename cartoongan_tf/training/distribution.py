"""Devices and machines that a run trains on.

Replicas are copies of the networks, one per device. Each computes an equal
shard of the batch, and their gradients are summed. Workers are processes,
usually one per machine; one of them is the chief, and it alone writes files.
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

_TF_CONFIG = "TF_CONFIG"
_EXAMPLE = (
    '{"cluster": {"worker": ["host0:2222", "host1:2222"]}, '
    '"task": {"type": "worker", "index": 0}}'
)
_ROLES = ("chief", "worker")
# Raised in the other workers when one has ended.
_LOST_WORKER = (
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
    tf.errors.UnavailableError,
)


@dataclasses.dataclass(frozen=True)
class Cluster:
    """The devices that train together, as one process sees them.

    Attributes:
        strategy: Strategy in whose `scope` networks and optimizers are
            created; None for a single device.
        worker: Index of this process; 0 is the chief.
        workers: Number of processes.
    """

    strategy: tf.distribute.Strategy | None = None
    worker: int = 0
    workers: int = 1

    @property
    def is_chief(self) -> bool:
        """Whether this process is the one that writes files."""
        return self.worker == 0

    @property
    def replicas(self) -> int:
        """Number of replicas on all workers."""
        return self.strategy.num_replicas_in_sync if self.strategy else 1

    def scope(self) -> contextlib.AbstractContextManager:
        """Context in which networks and optimizers must be created."""
        return self.strategy.scope() if self.strategy else _nothing()

    def fit(
        self,
        phase: keras.Model,
        make_batches: Callable[[range, pipeline.Shard], tf.data.Dataset],
        steps: range,
        callbacks: Sequence[keras.callbacks.Callback],
    ) -> None:
        """Trains a phase like `keras.Model.fit`.

        Under a strategy it has a loop of its own: `fit` fails with several
        workers.

        Args:
            phase: Compiled model, created in the `scope`.
            make_batches: Returns a shard of the batches for a range of steps.
            steps: Steps to train.
            callbacks: Callbacks of this worker.
        """
        if self.strategy is None:
            phase.fit(
                make_batches(steps, pipeline.UNSHARDED),
                shuffle=False,
                callbacks=callbacks,
            )
            return
        shard = pipeline.Shard(
            self.worker, self.workers, self.replicas // self.workers
        )
        batches = self.strategy.distribute_datasets_from_function(
            lambda _: make_batches(steps, shard)
        )
        callback_list = keras.callbacks.CallbackList(
            callbacks, model=phase, epochs=1, steps=len(steps), verbose=1
        )
        train_step = phase.select_by_step(
            lambda _: self._on_replicas(phase.train_step)
        )
        phase.stop_training = False
        callback_list.on_train_begin()
        callback_list.on_epoch_begin(0)
        for number, batch in enumerate(batches):
            callback_list.on_train_batch_begin(number)
            # All replicas report the same losses.
            logs = {
                name: self.strategy.experimental_local_results(value)[0]
                for name, value in train_step(batch).items()
            }
            callback_list.on_train_batch_end(number, logs)
            if phase.stop_training:
                break
        callback_list.on_epoch_end(0, logs)
        callback_list.on_train_end(logs)

    def _on_replicas(self, step):
        return tf.function(
            lambda batch: self.strategy.run(step, args=(batch,)),
            autograph=False,
        )

    def total(self, number: float) -> float:
        """Sums a number over all workers; every worker must call this."""
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
        """Runs a block on the chief first, then on the other workers."""
        if not self.is_chief:
            self.total(0)
        yield
        if self.is_chief:
            self.total(0)

    @contextlib.contextmanager
    def reporting_lost_workers(self) -> Iterator[None]:
        """Turns the error of a lost worker into a message for the user.

        Raises:
            InputError: If another worker ends while the block waits for it.
        """
        try:
            yield
        except _LOST_WORKER as error:
            if self.workers == 1:
                raise
            raise errors.InputError(
                f"worker {self.worker} of {self.workers} lost another worker, "
                "whose output says why it ended. Start all of them again with "
                "the same commands to resume from the last checkpoint."
            ) from error


ONE_DEVICE = Cluster()


def join(settings: config.TrainConfig) -> Cluster:
    """Sets up the devices of this process, and waits for the other workers.

    Must be called before anything else uses a device.

    Args:
        settings: Settings of the run.

    Returns:
        The cluster that this process belongs to.

    Raises:
        InputError: If TF_CONFIG is not valid, its port is in use, or a batch
            cannot be split equally.
    """
    if settings.strategy == "none":
        return ONE_DEVICE
    tf.get_logger().setLevel("WARNING")  # INFO logs every all-reduce.
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
    devices = map(tf.config.list_logical_devices, ("GPU", "CPU"))
    return [device.name for device in next(filter(None, devices))]


def _join_workers():
    number, count = read_task()
    print(
        f"Worker {number} of {count} is waiting for the others; worker 0 "
        "writes all files and shows the progress.",
        flush=True,
    )
    try:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    except tf.errors.UnknownError as error:
        raise errors.InputError(
            f"worker {number} cannot listen on its port in {_TF_CONFIG} "
            f"({error.message}); end the process that uses it, or name "
            "another port."
        ) from error
    return Cluster(strategy, number, count)


def read_task() -> tuple[int, int]:
    """Reads TF_CONFIG.

    Returns:
        Index of this worker, 0 for the chief, and number of workers.

    Raises:
        InputError: If the variable is not set or not valid.
    """
    text = os.environ.get(_TF_CONFIG)
    if not text:
        raise errors.InputError(
            "`strategy`=multi_worker reads the addresses of the workers from "
            f"the variable {_TF_CONFIG}, which cluster managers set; it is not "
            "set. docs/scaling.md shows how, and `strategy`=mirrored trains "
            "on all devices of this machine alone."
        )
    try:
        described = json.loads(text)
        addresses, task = described["cluster"], described["task"]
        role, index = task["type"], int(task["index"])
        # The chief, if named, comes first.
        tasks = [
            (r, n) for r in _ROLES for n in range(len(addresses.get(r, ())))
        ]
        return tasks.index((role, index)), len(tasks)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise errors.InputError(
            f"The variable {_TF_CONFIG} does not say which worker this is "
            f"({error}); it must look like {_EXAMPLE}, received {text}."
        ) from error


def _check_batch(batch_size, cluster):
    rest = batch_size % cluster.replicas
    if rest:
        smaller = batch_size - rest
        larger = smaller + cluster.replicas
        fits = f"{smaller} or {larger}" if smaller else f"{larger}"
        raise errors.InputError(
            f"`batch_size`={batch_size} cannot be split equally among "
            f"{cluster.replicas} replicas; pass {fits}."
        )


def _announce(settings, cluster):
    size = settings.batch_size // cluster.replicas
    images = "1 image" if size == 1 else f"{size} images"
    where = f" on {cluster.workers} workers" if cluster.workers > 1 else ""
    print(f"{cluster.replicas} replicas{where}, {images} each.", flush=True)
