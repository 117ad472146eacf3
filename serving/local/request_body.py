"""Request bodies, with or without gzip compression."""

import gzip
import io
import zlib

from starlette import exceptions
from starlette import requests

from . import errors

GZIP = "gzip"
ENCODINGS = ("identity", GZIP)


async def read(request: requests.Request, max_bytes: int) -> bytes:
    """Reads a request's body.

    Args:
        request: The request.
        max_bytes: Maximum size; reading stops there.

    Raises:
        HTTPException: If the body exceeds `max_bytes`.
        starlette.requests.ClientDisconnect: If the client disconnects.
    """
    # Before the first read, which tells the client to go on.
    _check_size(int(request.headers.get("content-length", 0)), max_bytes)
    chunks, size = [], 0
    async for chunk in request.stream():
        chunks.append(chunk)
        size += len(chunk)
        _check_size(size, max_bytes)
    return b"".join(chunks)


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
