"""Request queue with limits on length, concurrency and time."""

import asyncio
import concurrent.futures
import contextlib
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Iterator
from typing import TypeVar

from starlette import requests

from . import errors

T = TypeVar("T")


class RequestQueue:
    """Bounded queue of requests, and threads that compute them.

    Args:
        max_requests: Maximum number of pending requests, including those being
            computed.
        threads: Number of requests computed in parallel.

    Attributes:
        pending: Number of requests that are queued or being computed.
    """

    def __init__(self, max_requests: int, threads: int) -> None:
        self.pending = 0
        self._max_requests = max_requests
        self._idle_threads = asyncio.Semaphore(threads)
        self._executor = concurrent.futures.ThreadPoolExecutor(threads)

    def check(self) -> None:
        """Raises `RequestError` if the queue is full."""
        if self.pending >= self._max_requests:
            raise errors.RequestError(
                "The batch scheduling queue to which this task was submitted "
                f"is full; {self.pending} requests are pending.",
                "UNAVAILABLE",
            )

    @contextlib.contextmanager
    def place(self) -> Iterator[None]:
        """Reserves a place for one request within the context.

        Raises:
            RequestError: If the queue is full.
        """
        self.check()
        self.pending += 1
        try:
            yield
        finally:
            self.pending -= 1

    async def compute(
        self, request: requests.Request, function: Callable[[], T]
    ) -> T:
        """Runs a function in a thread once one is idle.

        Raises:
            starlette.requests.ClientDisconnect: If the client has disconnected
                by then.
        """
        async with self._idle_threads:
            if await request.is_disconnected():
                raise requests.ClientDisconnect
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, function)

    def close(self) -> None:
        """Waits for running computations and cancels queued ones."""
        self._executor.shutdown(cancel_futures=True)


async def until(deadline: float, work: Awaitable[T], error: Exception) -> T:
    """Awaits work until a deadline.

    Args:
        deadline: Deadline, in seconds of `time.monotonic`.
        work: Awaitable to wait for.
        error: Exception to raise at the deadline.
    """
    try:
        async with asyncio.timeout_at(deadline):
            return await work
    except TimeoutError:
        raise error from None
