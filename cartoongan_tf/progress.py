"""Progress of loops over files: a bar with the time left, on a terminal."""

import concurrent.futures
import os
import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

import rich.console
import rich.progress


def in_threads(
    function: Callable, items: Sequence, description: str
) -> Iterator:
    """Calls a function on each item, on as many threads as there are cores.

    Args:
        function: Called with one item at a time; should spend its time where
            Python's lock is released, as decoders do.
        items: What to call it with.
        description: What is being done, for the bar. Bars go to the error
            stream, are shown on a terminal only, and vanish at the end.

    Yields:
        The results, in the order of `items`.
    """
    console = rich.console.Console(file=sys.stderr)
    with (
        concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool,
        rich.progress.Progress(
            rich.progress.TextColumn("{task.description}"),
            rich.progress.BarColumn(),
            rich.progress.MofNCompleteColumn(),
            rich.progress.TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        ) as bar,
    ):
        try:
            yield from bar.track(
                pool.map(function, items),
                total=len(items),
                description=description,
            )
        except BaseException:  # Ctrl-C, too, should not wait for the rest.
            pool.shutdown(wait=False, cancel_futures=True)
            raise
