"""How far a long job is: a bar in a terminal, else a line now and then."""

import time

import rich.console
import rich.progress

_PAUSE = 10.0  # Seconds between lines.


class Progress:
    """Shows how far a job is, with the time left where the whole is known.

    Call arguments:
        stage: What is being done, in a word.
        done: How much of it is done.
        total: The whole, in the unit of `done`, or None if it is not known.
    """

    def __init__(self):
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
        self._spoke = 0.0

    def __enter__(self) -> "Progress":
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *exception) -> None:
        self._bar.stop()

    def __call__(self, stage: str, done: float, total: float | None) -> None:
        if self._console.is_terminal:
            self._draw(stage, done, total)
        elif stage != self._stage or time.monotonic() > self._spoke + _PAUSE:
            self._spoke = time.monotonic()
            share = f"{done / total:.0%}" if total else f"{done:.0f}"
            self._console.print(f"{stage}: {share}")
        self._stage = stage

    def _draw(self, stage, done, total):
        if stage != self._stage:
            for task in self._bar.task_ids:
                self._bar.remove_task(task)
            self._bar.add_task(stage, total=total)
        self._bar.update(self._bar.task_ids[-1], completed=done)
