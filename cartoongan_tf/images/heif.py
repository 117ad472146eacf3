"""Reader of HEIC and HEIF photos from phones, with the extra pi-heif.

It uses that package's image class directly: registering an opener with Pillow
would affect the whole process.
"""

import pathlib
from typing import BinaryIO

import PIL.Image

from cartoongan_tf.core import errors

HEAD_BYTES = 64  # Enough for the brands that identify the format.

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
_AVIF = b"avif"  # Pillow reads it; its major brand may be `mif1`, too.


def is_heif(head: bytes) -> bool:
    """Whether a file is HEIC or HEIF, by its first `HEAD_BYTES` bytes."""
    size = int.from_bytes(head[:4], "big")
    has_brand = head[4:8] == b"ftyp" and head[8:12] in _BRANDS
    return has_brand and _AVIF not in head[12:size]


def open_image(source: str | pathlib.Path | BinaryIO) -> PIL.Image.Image:
    """Opens a picture; its upright 8-bit pixels are decoded on demand.

    Raises:
        InputError: If pi-heif is not installed. The message is meant to
            follow the picture's name.
        SyntaxError: If the picture is damaged.
    """
    try:
        import pi_heif
    except ImportError as error:
        raise errors.InputError(
            "is a HEIC picture; run `pip install pi-heif` to read it, or "
            "convert it to JPEG."
        ) from error
    return pi_heif.HeifImageFile(source)
