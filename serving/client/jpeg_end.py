"""JPEG files without their end marker.

Decoders ignore what follows the last pixel, so different fillers decode to the
same picture if no pixel is missing.
"""

import io

import PIL.Image

NOTE = "lacks its end marker; all its pixels are there"

_START = b"\xff\xd8"
_SCAN = b"\xff\xda"
_END = b"\xff\xd9"
# Includes the empty filler: decoders substitute zeros for missing data.
_FILLERS = (b"", b"\xaa" * 16, b"\x55" * 16, b"\x36" * 16)


def is_missing(data: bytes) -> bool:
    """Whether a file is a JPEG without an end marker."""
    if not data.startswith(_START) or data.endswith(_END):
        return False
    at = len(_START)
    while data[at : at + 2] != _SCAN:  # Thumbnails have their own end markers.
        if data[at : at + 1] != _END[:1]:
            return False
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data.find(_END, at) < 0


def add(data: bytes) -> bytes | None:
    """Adds the end marker to a JPEG that is otherwise complete.

    Args:
        data: Bytes of a file, already checked for its number of pixels.

    Returns:
        The bytes with the marker; None if pixels are missing, and for any
        other file.
    """
    if not is_missing(data):
        return None
    data = data.removesuffix(_END[:1])
    try:
        pixels = {_decode(data + filler + _END) for filler in _FILLERS}
    except (OSError, SyntaxError, ValueError):
        return None
    return data + _END if len(pixels) == 1 else None


def _decode(data):
    with PIL.Image.open(io.BytesIO(data), formats=["JPEG"]) as image:
        return image.tobytes()
