"""Work on several threads at a time.

Decoders, encoders and networks leave Python's lock while they work, so that
threads are enough.
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
_PREFETCHED = 2  # Items at most.


def prefetch(
    items: Generator[Item, None, None],
) -> Generator[Item, None, None]:
    """Takes items on a thread of its own, ahead of who asks for them.

    Args:
        items: What to take; closed in the end.

    Yields:
        The items, in order. What `items` raises is raised here.
    """
    with (
        contextlib.closing(items),
        concurrent.futures.ThreadPoolExecutor(1) as pool,
    ):
        waiting = collections.deque(
            pool.submit(next, items, _END) for _ in range(_PREFETCHED)
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
    """Works on several items at a time.

    Two more threads than compute, of which one reads ahead while one writes
    behind.

    Args:
        work: Called with an item and a context, in which it computes; outside
            of that it reads and writes.
        items: What to call it with. At most `workers` + 2 are in memory.
        workers: How many may compute at once.

    Yields:
        What `work` returned, as it gets done. An exception of `work` goes
        through, after what else has begun.
    """
    gate = threading.BoundedSemaphore(workers)
    if len(items) == 1:  # In this thread, where Ctrl-C comes at once.
        yield work(items[0], gate)
        return
    with concurrent.futures.ThreadPoolExecutor(workers + 2) as pool:
        futures = [pool.submit(work, item, gate) for item in items]
        try:
            for future in concurrent.futures.as_completed(futures):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
