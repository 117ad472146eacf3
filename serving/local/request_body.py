"""Request bodies, with or without gzip compression."""

import gzip
import io
import zlib

from starlette import exceptions

from . import errors

GZIP = "gzip"
ENCODINGS = ("identity", GZIP)


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
    if len(content) > max_bytes:
        raise exceptions.HTTPException(
            413, f"The body is larger than {max_bytes} bytes."
        )
    return content
