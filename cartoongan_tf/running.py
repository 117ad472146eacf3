"""Runs tasks: pictures several at a time, then whatever else there is.

Pictures get done in any order. Animations, streams, videos and the camera come
after them, one by one.
"""

import functools
import sys
from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple
from typing import Protocol

import numpy as np

from cartoongan_tf import cartoonizing
from cartoongan_tf import errors
from cartoongan_tf import kinds
from cartoongan_tf import pipelining
from cartoongan_tf import targets


class Cartoonize(Protocol):
    """A function from a picture to its cartoon, also for frames of a film."""

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        """Gives the cartoon of a picture."""

    def steady(self) -> cartoonizing.Cartoonize:
        """Gives a function for the frames of one film."""


class Outcome(NamedTuple):
    """What became of a task.

    Attributes:
        task: What was to be done.
        problem: What was wrong, in a sentence, or None.
        notes: What a user should know, in sentences.
    """

    task: targets.Task
    problem: str | None = None
    notes: Sequence[str] = ()


def run(
    cartoonize: Cartoonize,
    tasks: Sequence[targets.Task],
    settings: cartoonizing.Settings,
    workers: int = 1,
) -> Iterator[Outcome]:
    """Runs tasks; what is wrong with one does not stop the others.

    Args:
        cartoonize: Model and what is done with its results.
        tasks: What to do.
        settings: How to read and write.
        workers: Pictures that are computed at once.

    Yields:
        What became of each, as it gets done.

    Raises:
        OSError: If the disk is full.
    """
    work = functools.partial(run_one, cartoonize, settings)
    stills = [t for t in tasks if t.job.kind is kinds.Kind.PICTURE]
    yield from pipelining.overlapped(work, stills, workers)
    for task in tasks:
        if task.job.kind is not kinds.Kind.PICTURE:
            yield work(task)


def run_one(cartoonize, settings, task, gate=None) -> Outcome:
    """Runs one task; arguments as of `run`."""
    try:
        notes = _RUNS[task.job.kind](cartoonize, settings, task, gate)
    except errors.InputError as error:
        return Outcome(task, str(error))
    return Outcome(task, None, notes or ())


def _run_picture(cartoonize, settings, task, gate):
    cartoonizing.cartoonize_picture(
        cartoonize,
        task.job.source,
        _target(task),
        settings,
        format=task.format,
        gate=gate,
    )


def _run_animation(cartoonize, settings, task, _):
    cartoonizing.cartoonize_animation(
        cartoonize.steady(),
        task.job.source,
        _target(task),
        settings,
        format=task.format,
    )


def _run_stream(cartoonize, settings, task, _):
    data = sys.stdin.buffer.read()
    content = kinds.of_bytes(data)
    ...


def _target(task):
    return sys.stdout.buffer if task.path is None else task.path
