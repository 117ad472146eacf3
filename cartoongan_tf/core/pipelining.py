"""Reading, computing and writing at the same time.

Decoders, encoders and TensorFlow leave Python's lock while they work, so that
threads are enough: two more than compute, of which one reads ahead while one
writes behind.
"""

import concurrent.futures
import contextlib
import threading
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence


def overlapped(
    work: Callable[[object, contextlib.AbstractContextManager], object],
    items: Sequence,
    workers: int,
) -> Iterator:
    """Works on several items at a time.

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
