"""Repair of JPEG files that lack their end-of-image marker.

Interrupted transfers and some cameras leave such files, and decoders reject
them as truncated. Data behind the last pixel does not matter: if no pixel is
missing, different endings decode to the same picture. A progressive JPEG may
lack a last refinement.
"""

import io
import os
import pathlib

import numpy as np
import PIL.Image

from cartoongan_tf.images import metadata
from cartoongan_tf.images import pillow_limit

NOTE = "lacks its end marker; all its pixels are there."

_START_OF_IMAGE = b"\xff\xd8"
_START_OF_SCAN = b"\xff\xda"
_END_OF_IMAGE = b"\xff\xd9"
# With an empty filler, decoders read zeros past the end.
_FILLERS = (b"", b"\xaa" * 16, b"\x55" * 16, b"\x36" * 16)


def is_missing(source: str | pathlib.Path | bytes) -> bool:
    """Whether a JPEG has no end marker, even before trailing data.

    Args:
        source: Path of a file, or its contents as bytes.

    Returns:
        A bool; False for other formats.
    """
    if _ends_with_marker(source):
        return False
    data = _read(source)
    if not data.startswith(_START_OF_IMAGE):
        return False
    at = len(_START_OF_IMAGE)
    # Skips segments: thumbnails in them have end markers of their own.
    while data[at : at + 2] != _START_OF_SCAN:
        if data[at : at + 1] != _END_OF_IMAGE[:1]:
            return False
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data.find(_END_OF_IMAGE, at) < 0


def add(source: str | pathlib.Path | bytes) -> bytes | None:
    """Adds the end marker to a JPEG that lacks nothing else.

    Args:
        source: Path of a file that cannot be read, or its contents as bytes;
            its size in pixels has been checked.

    Returns:
        The file's bytes with the marker; None if pixels are missing, or the
        file is not a JPEG.
    """
    if not is_missing(source):
        return None
    data = _read(source).removesuffix(_END_OF_IMAGE[:1])
    try:
        first, *others = (
            _decode(data + filler + _END_OF_IMAGE) for filler in _FILLERS
        )
    except metadata.DECODE_ERRORS:
        return None
    is_complete = all(np.array_equal(first, other) for other in others)
    return data + _END_OF_IMAGE if is_complete else None


def _ends_with_marker(source):
    """Whether the marker is last; spares reading the whole file."""
    if isinstance(source, bytes):
        return source.endswith(_END_OF_IMAGE)
    with open(source, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(-min(len(_END_OF_IMAGE), size), os.SEEK_END)
        return file.read() == _END_OF_IMAGE


def _read(source):
    return (
        source
        if isinstance(source, bytes)
        else pathlib.Path(source).read_bytes()
    )


def _decode(data):
    with pillow_limit.lifted():
        return np.asarray(PIL.Image.open(io.BytesIO(data), formats=["JPEG"]))
