"""Request bodies: reading, and gzip decompression."""

import gzip
import io
import zlib

from starlette import exceptions
from starlette import requests

from . import errors

GZIP = "gzip"
ENCODINGS = ("identity", GZIP)


class BodyReader:
    """Reads bodies, limiting the size of each and of all being read.

    Args:
        max_bytes: Maximum size of a body.
        max_total: Maximum size of all bodies that are being read.

    Attributes:
        max_bytes: As above.
    """

    def __init__(self, max_bytes: int, max_total: int) -> None:
        self.max_bytes = max_bytes
        self._max_total = max_total
        self._total = 0

    async def read(self, request: requests.Request) -> bytes:
        """Reads a request's body.

        Raises:
            HTTPException: If the body is too large.
            RequestError: If too much is being read.
            starlette.requests.ClientDisconnect: If the client disconnects.
        """
        # Before the first read, which tells the client to go on.
        length = int(request.headers.get("content-length", 0))
        _check_size(length, self.max_bytes)
        body = bytearray()
        try:
            async for chunk in request.stream():
                body += chunk
                self._total += len(chunk)
                self._check(len(body))
        finally:
            self._total -= len(body)
        return bytes(body)

    def _check(self, size):
        _check_size(size, self.max_bytes)
        if self._total > self._max_total:
            raise errors.RequestError(
                "Too many request bodies are being received.", "UNAVAILABLE"
            )


def decompress(body: bytes, encoding: str, max_bytes: int) -> bytes:
    """Decompresses a request body.

    Args:
        body: Body as received.
        encoding: One of `ENCODINGS`.
        max_bytes: Maximum decompressed size; decompression stops there.

    Raises:
        RequestError: If the body is damaged.
        HTTPException: If the decompressed body exceeds `max_bytes`.
    """
    if encoding != GZIP:
        return body
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
            content = file.read(max_bytes + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise errors.RequestError(
            f"The body is not a complete gzip file: {error}"
        ) from error
    _check_size(len(content), max_bytes)
    return content


def _check_size(size, max_bytes):
    if size > max_bytes:
        raise exceptions.HTTPException(
            413, f"The body is larger than {max_bytes} bytes."
        )
