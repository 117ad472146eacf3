"""Workers on Ray Data.

Ray retries lost tasks until they succeed, on restarted actors. A picture that
crashes its worker would be retried forever, and tasks queued for an actor on a
lost node might wait forever. Here lost blocks are dropped and their rows are
retried in further passes, finally picture by picture, so that only the picture
that crashes its worker fails.
"""

import logging
import os
import warnings
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow
import ray
import ray.data
import ray.exceptions
from ray.util import annotations

from cartoongan_tf.batch import worker
from cartoongan_tf.core import errors

_MAX_BLOCK_ROWS = 64
_MIN_BLOCKS_PER_ACTOR = 32  # If there are enough pictures.
_MAX_CALLS = 3  # Per actor: one reads, one computes, one writes.
# A pass may lose the larger of these; more is not due to a lost node or single
# pictures.
_MAX_LOST_BLOCKS = 100
_MAX_LOST_SHARE = 1 / 3


class _Pass(NamedTuple):
    is_repeated: bool
    is_single: bool = False


# The second pass handles the pictures of lost nodes.
_PASSES = (
    _Pass(is_repeated=False),
    _Pass(is_repeated=True),
    _Pass(is_repeated=True, is_single=True),
    _Pass(is_repeated=True, is_single=True),
)


class Resources(NamedTuple):
    """Cluster resources of a batch.

    Attributes:
        actors: Maximum number of workers; None for as many as fit, with one
            core left free.
        cpus: CPU cores per worker.
        gpus: GPUs per worker; may be fractional.
    """

    actors: int | None = None
    cpus: int = 1
    gpus: float = 0


class Outcome(NamedTuple):
    """Outcome of a row, with the columns of `worker.OUTCOMES`."""

    number: int
    source: str
    problem: str | None
    note: str | None
    is_last: bool = False


def connect() -> None:
    """Connects to the Ray cluster of `$RAY_ADDRESS` or a local one."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    ray.init(log_to_driver=False, logging_level=logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False


def run(
    worker_class: type[worker.Worker],
    rows: pyarrow.Table,
    options: worker.Options,
    resources: Resources,
) -> Iterator[Outcome]:
    """Makes cartoons on the connected cluster.

    Args:
        worker_class: Class of the workers.
        rows: Rows to process, numbered from 0.
        options: Options of the workers.
        resources: Number of workers and resources of each.

    Yields:
        One outcome per row, in any order.

    Raises:
        InputError: If the cluster's resources are insufficient, or an error
            concerns all rows.
    """
    resources = _fitted(resources)
    is_left = np.ones(len(rows), bool)
    for each in _PASSES:
        left = rows.filter(pyarrow.array(is_left))
        for outcome in _run_pass(each, worker_class, left, options, resources):
            if outcome.is_last:
                raise errors.InputError(outcome.problem)
            if is_left[outcome.number]:
                is_left[outcome.number] = False
                yield outcome
        if not is_left.any():
            return
    for row in rows.filter(pyarrow.array(is_left)).to_pylist():
        problem = (
            f"ended its worker's process {len(_PASSES)} times; the memory of "
            "workers may not be enough."
        )
        yield Outcome(row["number"], row["source"], problem, None)


def _fitted(resources):
    """Returns the resources with the number of actors that fit the cluster."""
    if resources.actors:
        return resources
    whole = ray.cluster_resources()
    cpus, gpus = whole.get("CPU", 0), whole.get("GPU", 0)
    if resources.cpus > cpus or resources.gpus > gpus:
        raise errors.InputError(
            f"the cluster has {cpus:g} cores and {gpus:g} GPUs, less than a "
            "worker is to have; lower `cpus` or `gpus`, or name `actors` where "
            "the cluster grows by itself."
        )
    actors = (cpus - 1) // resources.cpus
    if resources.gpus:
        actors = min(actors, gpus // resources.gpus)
    return resources._replace(actors=max(1, int(actors)))


def _run_pass(
    each, worker_class, rows, options, resources
) -> Iterator[Outcome]:
    actors = resources.actors
    size = 1 if each.is_single else _block_rows(rows, actors)
    blocks = [rows.slice(at, size) for at in range(0, len(rows), size)]
    context = ray.data.DataContext.get_current()
    context.max_errored_blocks = max(
        _MAX_LOST_BLOCKS, int(len(blocks) * _MAX_LOST_SHARE)
    )
    pool = ray.data.ActorPoolStrategy(
        min_size=1,
        max_size=actors,
        initial_size=actors,
        # Tasks queued for an actor are lost with it.
        max_tasks_in_flight_per_actor=1 if each.is_single else _MAX_CALLS + 1,
        max_concurrent_calls_per_actor=1 if each.is_single else _MAX_CALLS,
        enable_true_multi_threading=True,
    )
    with warnings.catch_warnings():
        # Ray 2.60 has no other way to set the number of retries.
        warnings.simplefilter("ignore", annotations.RayDeprecationWarning)
        outcomes = ray.data.from_arrow(blocks).map_batches(
            worker_class,
            fn_constructor_args=[options],
            fn_constructor_kwargs={"is_repeated": each.is_repeated},
            batch_size=None,
            batch_format="pyarrow",
            compute=pool,
            num_cpus=resources.cpus,
            num_gpus=resources.gpus,
            max_task_retries=0,
        )
    try:
        for row in outcomes.iter_rows():
            yield Outcome(**row)
    except ray.exceptions.RayError as error:
        raise errors.InputError(
            f"the workers were lost ({type(error).__name__}: {error}); give "
            "them more memory, or name fewer `actors`. The same command goes "
            "on."
        ) from error


def _block_rows(rows, actors):
    count = len(rows) // (actors * _MIN_BLOCKS_PER_ACTOR)
    return min(_MAX_BLOCK_ROWS, max(1, count))
