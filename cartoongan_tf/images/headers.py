"""Header of a picture file, before anything is decoded.

TensorFlow decodes most pictures rightly, and inside of a graph. What it would
get wrong without a word, Pillow decodes: it drops transparency instead of
putting the picture on white, takes bitmaps with a palette for gray ones, and
does not know animated WebP.
"""

import pathlib
from typing import NamedTuple

import PIL.ExifTags
import PIL.Image

from cartoongan_tf.core import errors
from cartoongan_tf.images import pillow_limit

SUFFIXES = {
    ".bmp": "BMP",
    ".gif": "GIF",
    ".jpeg": "JPEG",
    ".jpg": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
}
MAX_PIXELS = 64_000_000  # 192 MB decoded; phones of 2026 take 50 million.
PILLOW = 0

_FORMATS = sorted(set(SUFFIXES.values()))
_UPRIGHT = 1


class UnreadableImage(errors.InputError):
    """A file that is not a picture, or not one that should be decoded.

    Args:
        path: The file.
        reason: What is wrong and what to do, to be read after the path.

    Attributes:
        reason: The same.
    """

    def __init__(self, path: str | pathlib.Path, reason: str):
        super().__init__(f"{path} {reason}")
        self.reason = reason


class Header(NamedTuple):
    """Facts of a picture.

    Attributes:
        format: One of the values of `SUFFIXES`.
        width: Pixels, as stored.
        height: Pixels, as stored.
        decoder: `PILLOW`, or else the EXIF orientation, 1 to 8, by which
            TensorFlow's decoding is to be turned upright.
    """

    format: str
    width: int
    height: int
    decoder: int


def read_header(path: str | pathlib.Path) -> Header:
    """Reads the header of a picture.

    Raises:
        UnreadableImage: If the file is missing, empty or no picture, or has
            more than `MAX_PIXELS`.
    """
    path = pathlib.Path(path)
    try:
        if not path.stat().st_size:
            raise UnreadableImage(path, "is empty; remove it.")
        with (
            pillow_limit.lifted(),
            PIL.Image.open(path, formats=_FORMATS) as picture,
        ):
            return _header_of(path, picture)
    except UnreadableImage:
        raise
    except FileNotFoundError as error:
        raise UnreadableImage(path, "does not exist.") from error
    except PIL.UnidentifiedImageError as error:
        raise UnreadableImage(
            path,
            "is not a JPEG, PNG, WebP, BMP or GIF picture; convert or remove "
            "it.",
        ) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise UnreadableImage(path, f"cannot be read ({error}).") from error


def check_suffix(path: pathlib.Path, header: Header) -> None:
    """Raises `UnreadableImage` if a file's ending tells of another format."""
    if SUFFIXES.get(path.suffix.lower()) != header.format:
        raise UnreadableImage(
            path,
            f"has the wrong ending: it is a {header.format} picture; rename "
            "it.",
        )


def _header_of(path, picture):
    if picture.width * picture.height > MAX_PIXELS:
        raise UnreadableImage(
            path,
            f"has {picture.width} x {picture.height} pixels, and "
            f"{MAX_PIXELS // 10**6} million are the most that are decoded; "
            "shrink it.",
        )
    kind = "JPEG" if picture.format == "MPO" else picture.format
    decoder = _orientation(picture) if _suits_graph(picture) else PILLOW
    return Header(kind, picture.width, picture.height, decoder)


def _suits_graph(picture):
    if picture.format in ("JPEG", "MPO"):
        return picture.mode in ("L", "RGB")
    if picture.format == "BMP":
        return False
    is_animated_webp = picture.format == "WEBP" and picture.is_animated
    return not (picture.has_transparency_data or is_animated_webp)


def _orientation(picture):
    if "exif" not in picture.info:  # Without this, Pillow would decode a PNG.
        return _UPRIGHT
    found = picture.getexif().get(PIL.ExifTags.Base.Orientation, _UPRIGHT)
    return found if found in range(1, 9) else _UPRIGHT
