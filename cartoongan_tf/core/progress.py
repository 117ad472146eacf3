"""Progress of a long job: a bar in a terminal, else a line now and then."""

import concurrent.futures
import datetime
import os
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

import rich.console
import rich.markup
import rich.progress

_LINE_INTERVAL = 10.0  # Seconds between lines; what takes less says nothing.
_THREADS = min(16, os.cpu_count() or 1)  # Each holds a picture or two.


class Progress:
    """Shows how far a job is, with the time left where the whole is known.

    Writes to the error stream.

    Call arguments:
        stage: What is being done, in a word or two.
        done: How much of it is done.
        total: The whole, in the unit of `done`, or None if it is not known.
        note: What else to say of it, such as its speed.
    """

    def __init__(self) -> None:
        self._console = rich.console.Console(stderr=True)
        self._bar = rich.progress.Progress(
            rich.progress.TextColumn("{task.description}"),
            rich.progress.BarColumn(),
            rich.progress.TaskProgressColumn(),
            rich.progress.TextColumn("time left"),
            rich.progress.TimeRemainingColumn(),
            console=self._console,
            transient=True,
        )
        self._stage: str | None = None
        self._spoke = time.monotonic()
        self._began = (self._spoke, 0.0)  # When, and how much was done then.

    def __enter__(self) -> "Progress":
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *exception) -> None:
        if self._console.is_terminal:
            self._bar.stop()

    def __call__(
        self, stage: str, done: float, total: float | None, note: str = ""
    ) -> None:
        if self._console.is_terminal:
            self._draw(stage, done, total, note)
            return
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._began = stage, (now, done)
        if now > self._spoke + _LINE_INTERVAL:
            self._spoke = now
            share = f"{done / total:.0%}" if total else f"{done:.0f}"
            left = self._time_left(now, done, total)
            line = ", ".join(part for part in (share, left, note) if part)
            self._console.print(f"{stage}: {line}", markup=False)

    def _time_left(self, now, done, total):
        begin, before = self._began
        if not total or not before < done < total:
            return ""
        seconds = (now - begin) * (total - done) / (done - before)
        return f"{datetime.timedelta(seconds=round(seconds))} left"

    def say(self, line: str) -> None:
        """Prints a line, above the bar where there is one."""
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _draw(self, stage, done, total, note):
        if stage != self._stage:
            for task in self._bar.task_ids:
                self._bar.remove_task(task)
            self._bar.add_task(rich.markup.escape(stage), total=total)
            self._stage = stage
        text = rich.markup.escape(f"{stage} {note}".rstrip())
        self._bar.update(
            self._bar.task_ids[-1], completed=done, description=text
        )


def in_threads(function: Callable, items: Sequence, stage: str) -> Iterator:
    """Calls a function on each item, on as many threads as there are cores.

    Args:
        function: Called with one item at a time; should spend its time where
            Python's lock is released, as decoders do.
        items: What to call it with.
        stage: What is being done, for the progress.

    Yields:
        The results, in the order of `items`.
    """
    with (
        concurrent.futures.ThreadPoolExecutor(_THREADS) as pool,
        Progress() as watch,
    ):
        try:
            results = pool.map(function, items)
            for done, result in enumerate(results, start=1):
                watch(stage, done, len(items))
                yield result
        except BaseException:  # Ctrl-C, too, should not wait for the rest.
            pool.shutdown(wait=False, cancel_futures=True)
            raise
