"""Stages of a pipeline that work at the same time."""

import collections
import concurrent.futures
from collections.abc import Generator
from collections.abc import Iterator
from typing import TypeVar

Item = TypeVar("Item")

_END = object()
_WAITING = 2  # Items at most.


def ahead(items: Iterator[Item]) -> Generator[Item, None, None]:
    """Takes items on a thread of its own, ahead of who asks for them.

    Stages that spend their time where Python's lock is released, as decoders
    and networks do, then work side by side.

    Args:
        items: What to take; closed in the end, where it can be.

    Yields:
        The items, in order. What `items` raises is raised here.
    """
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = collections.deque(
            pool.submit(next, items, _END) for _ in range(_WAITING)
        )
        try:
            while (item := waiting.popleft().result()) is not _END:
                waiting.append(pool.submit(next, items, _END))
                yield item  # type: ignore[misc]
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            close = getattr(items, "close", None)
            if close:
                close()
