"""Bounds on the number of requests, and on their time."""

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
    """Requests that wait for their turn, and threads that compute them.

    Args:
        max_requests: How many there may be at a time, those that are computed
            included.
        threads: How many are computed at a time.

    Attributes:
        pending: How many there are.
    """

    def __init__(self, max_requests: int, threads: int) -> None:
        self.pending = 0
        self._max_requests = max_requests
        self._turns = asyncio.Semaphore(threads)
        self._threads = concurrent.futures.ThreadPoolExecutor(threads)

    @contextlib.contextmanager
    def place(self) -> Iterator[None]:
        """A place for one request within the context.

        Raises:
            RequestError: If none is free.
        """
        if self.pending >= self._max_requests:
            raise errors.RequestError(
                "The batch scheduling queue to which this task was submitted "
                f"is full; {self.pending} requests are pending.",
                "UNAVAILABLE",
            )
        self.pending += 1
        try:
            yield
        finally:
            self.pending -= 1

    async def compute(
        self, request: requests.Request, function: Callable[[], T]
    ) -> T:
        """Runs a function in a thread when its turn comes.

        Raises:
            starlette.requests.ClientDisconnect: If the client has left by then.
        """
        async with self._turns:
            if await request.is_disconnected():
                raise requests.ClientDisconnect
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, function)

    def close(self) -> None:
        """Waits for what is computed; what waits is not computed."""
        self._threads.shutdown(cancel_futures=True)


async def until(deadline: float, work: Awaitable[T], late: Exception) -> T:
    """Waits for work.

    Args:
        deadline: When to give up, in seconds of `time.monotonic`.
        work: What is waited for.
        late: What is raised then.
    """
    try:
        async with asyncio.timeout_at(deadline):
            return await work
    except TimeoutError:
        raise late from None
