"""Multithreaded processing.

Threads suffice: decoders, encoders and networks release Python's global
interpreter lock.
"""

import collections
import concurrent.futures
import contextlib
import threading
from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Iterator
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")

_END = object()
_MAX_PREFETCHED = 2


def prefetch(
    items: Generator[Item, None, None],
) -> Generator[Item, None, None]:
    """Prefetches items on a background thread.

    Args:
        items: Generator of the items; closed in the end.

    Yields:
        The items, in order. Exceptions of `items` are re-raised.
    """
    with (
        contextlib.closing(items),
        concurrent.futures.ThreadPoolExecutor(1) as pool,
    ):
        waiting = collections.deque(
            pool.submit(next, items, _END) for _ in range(_MAX_PREFETCHED)
        )
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(pool.submit(next, items, _END))
                yield item  # type: ignore[misc]
        finally:
            pool.shutdown(cancel_futures=True)


def map_overlapped(
    work: Callable[[object, contextlib.AbstractContextManager], object],
    items: Sequence,
    workers: int,
) -> Iterator:
    """Maps items on several threads, overlapping computation with I/O.

    Two more threads than compute are used, so that one can read and another
    write.

    Args:
        work: Function of an item and a context manager, within which it must
            compute; reading and writing should be outside.
        items: The items, of which at most `workers` + 2 are in memory.
        workers: Maximum number of concurrent computations.

    Yields:
        Results of `work`, in order of completion. An exception of `work` is
        raised after running calls have ended.
    """
    compute_slots = threading.BoundedSemaphore(workers)
    if len(items) == 1:  # In this thread, where Ctrl-C is immediate.
        yield work(items[0], compute_slots)
        return
    with concurrent.futures.ThreadPoolExecutor(workers + 2) as pool:
        futures = [pool.submit(work, item, compute_slots) for item in items]
        try:
            for future in concurrent.futures.as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
