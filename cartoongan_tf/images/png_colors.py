"""Chunks of a PNG that say what its colors are, besides a color profile."""

import io
import pathlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PIXELS = b"IDAT"
_KINDS = (b"cHRM", b"cICP", b"gAMA", b"sRGB")
_MAX_BYTES = 32  # Of the longest of these, cHRM.


def read(source: str | pathlib.Path | bytes) -> dict[bytes, bytes]:
    """Reads the chunks cHRM, cICP, gAMA and sRGB.

    Args:
        source: The file, or the bytes of one. Of other formats, none.

    Returns:
        The content of each, by its name.
    """
    if isinstance(source, bytes):
        return _chunks(io.BytesIO(source))
    with open(source, "rb") as file:
        return _chunks(file)


def _chunks(file):
    found = {}
    if file.read(len(_SIGNATURE)) != _SIGNATURE:
        return found
    while len(head := file.read(8)) == 8 and head[4:] != _PIXELS:
        length, name = int.from_bytes(head[:4], "big"), head[4:]
        if name in _KINDS and length <= _MAX_BYTES:
            found[name] = file.read(length)
        else:
            file.seek(length, 1)
        file.seek(4, 1)  # Its checksum.
    return found
