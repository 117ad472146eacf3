"""Bodies of requests, read within limits of size, time and memory.

Gzip is inflated to 100 MiB at the most, as in TensorFlow Serving, whatever the
limit of what travels. The memory of all requests under way is counted
together: bodies as they came, inflated, and as JSON, which for lists of lists
is twenty times as large as its text; and answers that have not been read.
"""

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator
from collections.abc import Iterator

import grpc
from starlette import requests

from serving import refusals

_MAX_INFLATED = 100 * 2**20  # bytes
_LEAST_RATE = 16 * 2**10  # bytes a second, below which a sender is too slow
_SMALL = 2**16  # bytes that are counted through in no time
# What CPython needs for a list, a dictionary, a number with its place in a
# list, and half a string: the worst of them, in bytes.
_PARSED = {b"[": 88, b"{": 232, b",": 48, b'"': 30}
_GZIP = 16 + zlib.MAX_WBITS  # zlib's way of asking for gzip's header


class BodyRefusal(refusals.Refusal):
    """A body that is not read, with a status that no code stands for."""

    def __init__(
        self, http_status: int, code: grpc.StatusCode, message: str
    ) -> None:
        super().__init__(code, message)
        self._http_status = http_status

    @property
    def http_status(self) -> int:
        return self._http_status


class Bodies:
    """Reads bodies, and knows how much of them a server holds.

    Args:
        max_bytes: The most of one body, as it travels.
        max_bytes_held: The most for all requests under way.
        seconds: How long a sender may pause at the start; what has come buys
            more time at 16 KiB a second.

    Attributes:
        bytes_held: For all requests under way.
    """

    def __init__(
        self, *, max_bytes: int, max_bytes_held: int, seconds: float
    ) -> None:
        self._max_bytes = max_bytes
        self._max_bytes_held = max_bytes_held
        self._seconds = seconds
        self.bytes_held = 0

    @contextlib.asynccontextmanager
    async def read(
        self, request: requests.Request
    ) -> AsyncIterator[bytes | bytearray]:
        """Gives the body, inflated. It counts as held within the context.

        Raises:
            Refusal: If it is too large, too slow, damaged, or too much beside
                the others: 413, 408, 400, 429.
            starlette.requests.ClientDisconnect: If the sender has left.
        """
        _check_encoding(request)
        share = _Share(self)
        try:
            body = await self._read(request, share)
            if _is_gzip(request):
                body = await self._inflate(body, share)
            share.take(await _parsed_size(body))
            yield body
        finally:
            share.give_back()

    @contextlib.contextmanager
    def hold(self, count: int) -> Iterator[None]:
        """Counts bytes as held within the context.

        Raises:
            Refusal: If all would be too many.
        """
        share = _Share(self)
        try:
            share.take(count)
            yield
        finally:
            share.give_back()

    def take(self, count: int) -> None:
        """Counts bytes as held.

        Raises:
            Refusal: If all would be too many.
        """
        if count > self._max_bytes_held:
            raise BodyRefusal(
                413,
                grpc.StatusCode.OUT_OF_RANGE,
                f"The request needs more than the {self._max_bytes_held} bytes "
                "of memory that there are for all; send encoded pictures.",
            )
        if self.bytes_held + count > self._max_bytes_held:
            raise refusals.Refusal(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                "The server has too many large requests; try again later.",
            )
        self.bytes_held += count

    async def _read(self, request, share):
        self._check_size(int(request.headers.get("content-length", 0)))
        body = bytearray()
        loop = asyncio.get_running_loop()
        start = loop.time() + self._seconds
        try:
            async with asyncio.timeout_at(start) as timeout:
                async for chunk in request.stream():
                    self._check_size(len(body) + len(chunk))
                    share.take(len(chunk))
                    body += chunk
                    timeout.reschedule(start + len(body) / _LEAST_RATE)
        except TimeoutError as error:
            raise BodyRefusal(
                408,
                grpc.StatusCode.DEADLINE_EXCEEDED,
                "The body comes too slowly.",
            ) from error
        return body

    def _check_size(self, count):
        if count > self._max_bytes:
            raise _too_large(self._max_bytes)

    async def _inflate(self, body, share):
        # The last four bytes say how long it gets; zlib checks that they are
        # right, and nothing is inflated beyond.
        count = int.from_bytes(body[-4:], "little")
        if count > _MAX_INFLATED:
            raise _too_large(_MAX_INFLATED)
        share.take(count)
        return await asyncio.to_thread(_inflate, body, count)


async def _parsed_size(body):
    if len(body) < _SMALL:
        return _count_values(body)
    return await asyncio.to_thread(_count_values, body)


def _count_values(body):
    return sum(body.count(sign) * size for sign, size in _PARSED.items())


class _Share:
    """What one request holds."""

    def __init__(self, bodies):
        self._bodies = bodies
        self._bytes = 0

    def take(self, count):
        self._bodies.take(count)
        self._bytes += count

    def give_back(self):
        self._bodies.bytes_held -= self._bytes


def _is_gzip(request):
    return "gzip" in request.headers.get("content-encoding", "")


def _check_encoding(request):
    encoding = request.headers.get("content-encoding", "identity")
    if not _is_gzip(request) and encoding != "identity":
        raise refusals.Refusal(
            grpc.StatusCode.INVALID_ARGUMENT,
            f"Content-Encoding {encoding[:20]!r} is not known; use gzip.",
        )


def _too_large(most):
    return BodyRefusal(
        413,
        grpc.StatusCode.OUT_OF_RANGE,
        f"The body has, or says to have, more than {most} bytes, which are "
        "the most.",
    )


def _inflate(body, count):
    inflater = zlib.decompressobj(_GZIP)
    try:
        inflated = inflater.decompress(body, count + 1)
    except zlib.error as error:
        raise _damaged() from error
    if not inflater.eof or inflater.unused_data:
        raise _damaged()
    return inflated


def _damaged():
    return refusals.Refusal(
        grpc.StatusCode.INVALID_ARGUMENT, "The gzip body is damaged."
    )
