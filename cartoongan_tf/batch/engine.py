"""Workers on Ray Data.

Ray repeats what it lost until it succeeds, on actors that it starts again. A
picture that ends its worker's process would be repeated forever, and work that
waits for an actor of a lost node might wait forever. Here a lost block is
dropped, and what it held is tried again in another pass, in the end picture by
picture, so that only the picture that ends its process is lost with it.
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

_MOST_ROWS = 64  # Of a block, which one worker gets.
_BLOCKS_AN_ACTOR = 32  # At least, where there are enough pictures.
_CALLS = 3  # Of an actor at a time: one reads, one computes, one writes.
_MOST_LOST = 100  # Blocks of a pass, at least.
_MOST_LOST_SHARE = 1 / 3  # Beyond, it is not for a node or single pictures.


class _Pass(NamedTuple):
    is_repeated: bool
    is_single: bool = False


# A lost node's pictures are done in the second.
_PASSES = (
    _Pass(is_repeated=False),
    _Pass(is_repeated=True),
    _Pass(is_repeated=True, is_single=True),
    _Pass(is_repeated=True, is_single=True),
)


class Resources(NamedTuple):
    """What a batch takes of a cluster.

    Attributes:
        actors: Workers, at most; None for as many as fit, less one core.
        cpus: Cores of each.
        gpus: GPUs of each, or a share of one.
    """

    actors: int | None = None
    cpus: int = 1
    gpus: float = 0


class Outcome(NamedTuple):
    """Outcome of a row, as `worker.OUTCOMES` has it."""

    number: int
    source: str
    problem: str | None
    note: str | None
    is_last: bool = False


def connect() -> None:
    """Joins the cluster of `$RAY_ADDRESS` or of this machine, or starts one."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    ray.init(log_to_driver=False, logging_level=logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False


def run(
    kind: type[worker.Worker],
    rows: pyarrow.Table,
    options: worker.Options,
    resources: Resources,
) -> Iterator[Outcome]:
    """Makes cartoons on the cluster that is connected.

    Args:
        kind: Of the workers.
        rows: What they work on, numbered from 0.
        options: What they do.
        resources: How many there are, and what each has.

    Yields:
        What became of each row, once, in any order.

    Raises:
        InputError: If the cluster has too little, or something fails for all
            rows.
    """
    resources = _fitted(resources)
    is_left = np.ones(len(rows), bool)
    for each in _PASSES:
        left = rows.filter(pyarrow.array(is_left))
        for outcome in _run_pass(each, kind, left, options, resources):
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
    """The same with a number of actors, which the cluster has room for."""
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


def _run_pass(each, kind, rows, options, resources) -> Iterator[Outcome]:
    actors = resources.actors
    size = 1 if each.is_single else _rows_of_a_block(rows, actors)
    blocks = [rows.slice(at, size) for at in range(0, len(rows), size)]
    context = ray.data.DataContext.get_current()
    most = max(_MOST_LOST, int(len(blocks) * _MOST_LOST_SHARE))
    context.max_errored_blocks = most
    pool = ray.data.ActorPoolStrategy(
        min_size=1,
        max_size=actors,
        initial_size=actors,
        # What waits for an actor is lost with it.
        max_tasks_in_flight_per_actor=1 if each.is_single else _CALLS + 1,
        max_concurrent_calls_per_actor=1 if each.is_single else _CALLS,
        enable_true_multi_threading=True,
    )
    with warnings.catch_warnings():
        # Ray 2.60 has no other way to say how often a task is repeated.
        warnings.simplefilter("ignore", annotations.RayDeprecationWarning)
        outcomes = ray.data.from_arrow(blocks).map_batches(
            kind,
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


def _rows_of_a_block(rows, actors):
    count = len(rows) // (actors * _BLOCKS_AN_ACTOR)
    return min(_MOST_ROWS, max(1, count))
