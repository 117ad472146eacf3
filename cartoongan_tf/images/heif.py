"""HEIC and HEIF pictures, which phones take: read with pi-heif, an extra.

A file is opened by that package's class itself. The opener that it registers
with Pillow would be there for the whole process.
"""

import pathlib
from typing import BinaryIO

import PIL.Image

from cartoongan_tf.core import errors

HEAD = 64  # Bytes that tell the format: the brands of a file.

_BRANDS = (
    b"heic",
    b"heim",
    b"heis",
    b"heix",
    b"hevc",
    b"hevx",
    b"mif1",
    b"msf1",
)
_AVIF = b"avif"  # Pillow reads it; its files may begin with `mif1`, too.


def is_heif(head: bytes) -> bool:
    """Whether a file is HEIC or HEIF, by its first `HEAD` bytes."""
    size = int.from_bytes(head[:4], "big")
    is_named = head[4:8] == b"ftyp" and head[8:12] in _BRANDS
    return is_named and _AVIF not in head[12:size]


def open_image(source: str | pathlib.Path | BinaryIO) -> PIL.Image.Image:
    """Opens a picture; its pixels, of 8 bits and upright, are decoded later.

    Raises:
        InputError: If pi-heif is not installed. The message is to be read
            after the picture's name.
        SyntaxError: If the picture is damaged.
    """
    try:
        import pi_heif
    except ImportError as error:
        raise errors.InputError(
            "is a HEIC picture; run `pip install pi-heif` to read those, or "
            "convert it to JPEG."
        ) from error
    return pi_heif.HeifImageFile(source)
