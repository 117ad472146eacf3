"""JPEG files that break off where their end marker should be.

Transfers that were stopped a moment too early leave them, and some cameras.
Decoders wait for more. What is behind the last pixel does not matter, and so
different ends give the same picture if none is missing. Of a progressive JPEG a
last refinement may be.
"""

import io
import os
import pathlib

import numpy as np
import PIL.Image

from cartoongan_tf.images import metadata
from cartoongan_tf.images import pillow_limit

NOTE = "lacks its end marker; all its pixels are there."

_START = b"\xff\xd8"
_SCAN = b"\xff\xda"
_END = b"\xff\xd9"
# Decoders take zeros for what is missing.
_FILLERS = (b"", b"\xaa" * 16, b"\x55" * 16, b"\x36" * 16)


def is_missing(source: str | pathlib.Path | bytes) -> bool:
    """Whether a JPEG has no end marker, also before what else is in a file.

    Args:
        source: The file, or the bytes of one. Of other formats, False.
    """
    if _is_at_the_end(source):
        return False
    data = _read(source)
    if not data.startswith(_START):
        return False
    at = len(_START)
    while data[at : at + 2] != _SCAN:  # Thumbnails have ends of their own.
        if data[at : at + 1] != _END[:1]:
            return False
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data.find(_END, at) < 0


def add(source: str | pathlib.Path | bytes) -> bytes | None:
    """Adds the end marker to a JPEG that lacks nothing else.

    Args:
        source: A file that cannot be read, or the bytes of one; not of more
            pixels than are to be decoded.

    Returns:
        All bytes of the file; None where pixels are missing, and for what is
        no JPEG.
    """
    if not is_missing(source):
        return None
    data = _read(source).removesuffix(_END[:1])
    try:
        first, *others = (_decode(data + f + _END) for f in _FILLERS)
    except metadata.BROKEN:
        return None
    is_whole = all(np.array_equal(first, other) for other in others)
    return data + _END if is_whole else None


def _is_at_the_end(source):
    """Spares the reading of nearly all files."""
    if isinstance(source, bytes):
        return source.endswith(_END)
    with open(source, "rb") as file:
        file.seek(-min(len(_END), os.fstat(file.fileno()).st_size), os.SEEK_END)
        return file.read() == _END


def _read(source):
    return (
        source
        if isinstance(source, bytes)
        else pathlib.Path(source).read_bytes()
    )


def _decode(data):
    with pillow_limit.lifted():
        return np.asarray(PIL.Image.open(io.BytesIO(data), formats=["JPEG"]))
