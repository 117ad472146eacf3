"""Requests that arrive together are run together.

As TensorFlow Serving's batching does: those of one version, one signature and
one set of outputs. A thread that becomes free takes what has waited longest,
and what goes with it. What is too large for one run is run in pieces; there it
would be refused unless `enable_large_batch_splitting` is set.

All but the runs themselves happens on the event loop: there are no locks.
"""

import asyncio
import concurrent.futures
import dataclasses
import functools
import itertools
import time
from typing import NamedTuple

from serving import joined_runs
from serving import refusals


class Answer(NamedTuple):
    """Outputs, and what became of the request before.

    Attributes:
        outputs: Arrays by the signature's names.
        queued_seconds: How long it waited for a thread.
        run_seconds: How long the model took.
        batch_size: How many pictures were run together with it, its own
            included; 0 for what is run by itself.
    """

    outputs: joined_runs.Arrays
    queued_seconds: float
    run_seconds: float
    batch_size: int


class Batcher:
    """A queue in front of threads that run models.

    Args:
        max_batch_size: How many pictures to run together at most.
        batch_timeout_micros: How long a request may wait for others although
            a thread is free.
        num_batch_threads: How many runs there may be at a time.
    """

    def __init__(
        self,
        max_batch_size: int,
        batch_timeout_micros: int,
        num_batch_threads: int,
    ) -> None:
        self._most = max_batch_size
        self._patience = batch_timeout_micros / 1e6
        self._free = num_batch_threads
        # Pieces of one request that wait at a time: with more of them, a
        # request of a thousand pictures would keep all others waiting.
        self._ahead = num_batch_threads
        self._waiting: dict[joined_runs.Task, None] = {}  # oldest first
        self._timer: asyncio.TimerHandle | None = None
        self._threads = concurrent.futures.ThreadPoolExecutor(
            num_batch_threads, "batch"
        )

    @property
    def waiting(self) -> int:
        """How many tasks wait for a thread."""
        return len(self._waiting)

    async def run(self, task: joined_runs.Task) -> Answer:
        """Runs a request when its turn comes.

        Who is cancelled here leaves the queue.

        Raises:
            Refusal: With the answer for who sent this.
        """
        starts = range(0, max(1, task.size), self._most)
        parts = [task] if len(starts) == 1 else _divided(task, starts)
        following = iter(parts)
        for part in itertools.islice(following, self._ahead):
            self._enqueue(part)
        answers = []
        try:
            for start, part in zip(starts, parts, strict=True):
                answers.append(await _answered(start, part))
                for later in itertools.islice(following, 1):
                    self._enqueue(later)
        finally:
            for part in parts:
                _abandon(part.future)
        return _together(answers)

    def close(self) -> None:
        """Waits for what runs; what still waits is not run."""
        self._threads.shutdown(cancel_futures=True)

    def _enqueue(self, task):
        task.future.add_done_callback(functools.partial(self._leave, task))
        self._waiting[task] = None
        self._start_what_can()

    def _leave(self, task, _):
        self._waiting.pop(task, None)

    def _start_what_can(self):
        while self._free and (tasks := self._next_tasks()):
            for task in tasks:
                del self._waiting[task]
            self._start(tasks)

    def _next_tasks(self):
        passed_over = set()
        for first in self._waiting:
            if first.key in passed_over:
                continue
            tasks = self._companions(first)
            patience = self._patience - (time.monotonic() - first.arrival)
            full = sum(task.size for task in tasks) >= self._most
            if not first.size or full or patience <= 0:
                return tasks
            passed_over.add(first.key)
            self._come_back_in(patience)
        return []

    def _companions(self, first):
        tasks, size = [first], first.size
        for task in self._waiting:
            if not 0 < size < self._most:
                break
            fits = task.size <= self._most - size
            if fits and task is not first and task.key == first.key:
                tasks.append(task)
                size += task.size
        return tasks

    def _come_back_in(self, seconds):
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(seconds, self._come_back)

    def _come_back(self):
        self._timer = None
        self._start_what_can()

    def _start(self, tasks):
        self._free -= 1
        start = time.monotonic()
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._threads, joined_runs.run, tasks)
        running.add_done_callback(
            lambda running: self._finish(tasks, start, running)
        )

    def _finish(self, tasks, start, running):
        self._free += 1
        seconds = time.monotonic() - start
        size = sum(task.size for task in tasks)
        error = running.exception()
        outcomes = [error] * len(tasks) if error else running.result()
        for task, outcome in zip(tasks, outcomes, strict=True):
            if task.future.done():
                continue  # who sent it has left
            if isinstance(outcome, Exception):
                task.future.set_exception(outcome)
            else:
                queued = start - task.arrival
                answer = Answer(outcome, queued, seconds, size)
                task.future.set_result(answer)
        self._start_what_can()


def _divided(task, starts):
    return [
        dataclasses.replace(
            task,
            inputs=inputs,
            size=joined_runs.size_of(inputs),
            future=asyncio.get_running_loop().create_future(),
        )
        for inputs in joined_runs.pieces(task.inputs, starts)
    ]


async def _answered(start, part):
    try:
        return await part.future
    except refusals.Refusal as refusal:
        raise joined_runs.moved(refusal, start) from refusal


def _abandon(future):
    if not future.cancel() and not future.cancelled():
        future.exception()  # else asyncio complains that nobody has seen it


def _together(answers):
    if len(answers) == 1:
        return answers[0]
    return Answer(
        joined_runs.joined([answer.outputs for answer in answers]),
        max(answer.queued_seconds for answer in answers),
        sum(answer.run_seconds for answer in answers),
        max(answer.batch_size for answer in answers),
    )
