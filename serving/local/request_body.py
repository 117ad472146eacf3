"""Bodies as they come, packed by gzip or not."""

import gzip
import io
import zlib

from starlette import exceptions

from . import errors

GZIP = "gzip"
ENCODINGS = ("identity", GZIP)


def unpack(body: bytes, encoding: str, max_bytes: int) -> bytes:
    """Unpacks a body.

    Args:
        body: As it came.
        encoding: One of `ENCODINGS`.
        max_bytes: What it may hold; more is not unpacked.

    Raises:
        RequestError: If it is damaged.
        HTTPException: If it holds more.
    """
    if encoding != GZIP:
        return body
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as file:
            unpacked = file.read(max_bytes + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise errors.RequestError(
            f"The body is no whole gzip file: {error}"
        ) from error
    if len(unpacked) > max_bytes:
        raise exceptions.HTTPException(
            413, f"The body holds more than {max_bytes} bytes."
        )
    return unpacked
