"""Chunks of a PNG that say what its colors are, besides a color profile."""

import pathlib

from cartoongan_tf.images import png_chunks

_KINDS = (b"cHRM", b"cICP", b"gAMA", b"sRGB")
_MAX_BYTES = 32  # Of the longest of these, cHRM.


def read(source: str | pathlib.Path | bytes) -> dict[bytes, bytes]:
    """Reads the chunks cHRM, cICP, gAMA and sRGB.

    Args:
        source: The file, or the bytes of one. Of other formats, none.

    Returns:
        The content of each, by its name.
    """
    found = {}
    with png_chunks.open_source(source) as file:
        for name, length in png_chunks.walk(file):
            if name == png_chunks.PIXELS:
                break
            if name in _KINDS and length <= _MAX_BYTES:
                found[name] = file.read(length)
    return found
