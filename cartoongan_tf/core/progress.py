"""Progress of a long job: a bar in a terminal, otherwise periodic lines."""

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

_LINE_INTERVAL = 10.0  # Seconds between lines; shorter jobs print none.
_THREADS = min(16, os.cpu_count() or 1)  # Each holds a picture or two.


class Progress:
    """Progress display on standard error, with the time left if known.

    Call arguments:
        stage: Current stage, in a word or two.
        done: Amount of work done.
        total: Total amount, in the unit of `done`; None if unknown.
        note: Additional text, such as the speed.
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
        self._last_line_time = time.monotonic()
        # Time at which the stage began, and the amount done by then.
        self._stage_start = (self._last_line_time, 0.0)

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
            self._stage, self._stage_start = stage, (now, done)
        if now > self._last_line_time + _LINE_INTERVAL:
            self._last_line_time = now
            share = f"{done / total:.0%}" if total else f"{done:.0f}"
            left = self._time_left(now, done, total)
            line = ", ".join(part for part in (share, left, note) if part)
            self._console.print(f"{stage}: {line}", markup=False)

    def _time_left(self, now, done, total):
        begin, before = self._stage_start
        if not total or not before < done < total:
            return ""
        seconds = (now - begin) * (total - done) / (done - before)
        return f"{datetime.timedelta(seconds=round(seconds))} left"

    def say(self, line: str) -> None:
        """Prints a line, above the bar if there is one."""
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
    """Maps a function over items, with a thread per core and progress.

    Args:
        function: Function of one item; should mostly release the global
            interpreter lock, as decoders do.
        items: The items.
        stage: Name of the stage, for the progress.

    Yields:
        The results, in the order of `items`.
    """
    with (
        concurrent.futures.ThreadPoolExecutor(_THREADS) as pool,
        Progress() as progress,
    ):
        try:
            results = pool.map(function, items)
            for done, result in enumerate(results, start=1):
                progress(stage, done, len(items))
                yield result
        except BaseException:  # Ctrl-C, too, should not wait for the rest.
            pool.shutdown(wait=False, cancel_futures=True)
            raise
