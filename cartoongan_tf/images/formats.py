"""Picture formats: their file extensions and capabilities.

Formats have Pillow's names, such as JPEG. Formats outside of the `FORMATS`
table are read-only; their cartoons are written as PNG.
"""

import pathlib
from typing import NamedTuple

import PIL.features
import PIL.Image

from cartoongan_tf.core import errors

FALLBACK = "PNG"
MAX_PIXELS = 400_000_000  # Limit for pictures to cartoonize.

PIL.Image.init()  # Without it, Pillow loads only the most common formats.


class Format(NamedTuple):
    """Capabilities of an output format.

    Attributes:
        suffixes: File extensions, the usual one first.
        max_side: Maximum width and height, in pixels.
        is_lossy: Whether the format has a quality setting.
        has_alpha: Whether pixels can be partly transparent.
        is_animated: Whether a file can hold several frames.
    """

    suffixes: tuple[str, ...]
    max_side: int
    is_lossy: bool = False
    has_alpha: bool = True
    is_animated: bool = False


FORMATS = {
    "AVIF": Format((".avif",), 65_535, is_lossy=True),
    "BMP": Format((".bmp", ".dib"), 2**31 - 1, has_alpha=False),
    "GIF": Format((".gif",), 65_535, has_alpha=False, is_animated=True),
    "JPEG": Format(
        (".jpg", ".jpeg", ".jpe", ".jfif"),
        65_500,
        is_lossy=True,
        has_alpha=False,
    ),
    "PNG": Format((".png", ".apng"), 2**31 - 1, is_animated=True),
    "TIFF": Format((".tiff", ".tif"), 2**31 - 1),
    "WEBP": Format((".webp",), 16_383, is_lossy=True, is_animated=True),
}
# Pillow also reads the formats below safely. It would need another program for
# EPS; TGA has no signature, so any file could be one; formats of fonts, games
# and weather stations are of no use here.
_READ = (*FORMATS, "DIB", "ICO", "JPEG2000", "PPM", "QOI")
# Format by file extension. HEIC is listed even if its extra is missing, so that
# users learn what to install.
READ_SUFFIXES = {
    **{suffix: name for name, f in FORMATS.items() for suffix in f.suffixes},
    ".heic": "HEIF",
    ".heif": "HEIF",
    ".hif": "HEIF",
    ".ico": "ICO",
    ".j2k": "JPEG2000",
    ".jp2": "JPEG2000",
    ".mpo": "JPEG",
    ".pbm": "PPM",
    ".pgm": "PPM",
    ".ppm": "PPM",
    ".qoi": "QOI",
}
READ = tuple(name for name in _READ if name in PIL.Image.OPEN)


def by_name(name: str) -> str:
    """Returns the format for a user's name for it, such as jpg or .JPEG.

    Raises:
        InputError: If there is no such output format, or the installed Pillow
            does not support it.
    """
    suffix = f".{name.lower().removeprefix('.')}"
    found = by_suffix(pathlib.PurePath(f"x{suffix}"))
    if found is None:
        usual = ", ".join(f.suffixes[0][1:] for f in FORMATS.values())
        raise errors.InputError(
            f"`format`={name} is not an output format; use one of {usual}."
        )
    if found == "AVIF" and not PIL.features.check("avif"):
        raise errors.InputError(
            f"`format`={name} needs a newer Pillow; run `pip install "
            "'pillow>=11.3'`."
        )
    return found


def by_suffix(path: pathlib.PurePath) -> str | None:
    """Returns the output format for a file's extension, or None."""
    suffix = path.suffix.lower()
    return next((n for n, f in FORMATS.items() if suffix in f.suffixes), None)


def suffix_for(name: str, path: pathlib.PurePath) -> str:
    """Returns an extension of a format: that of `path`, if it is one."""
    suffixes = FORMATS[name].suffixes
    return path.suffix if path.suffix.lower() in suffixes else suffixes[0]


def check_quality(name: str, quality: int | None) -> None:
    """Raises `InputError` if a format does not support a quality."""
    if quality is None:
        return
    if not 1 <= quality <= 100:
        raise errors.InputError(f"`quality`={quality} must be 1 to 100.")
    if not FORMATS[name].is_lossy:
        lossy = ", ".join(n for n, f in FORMATS.items() if f.is_lossy)
        raise errors.InputError(
            f"`quality`={quality} does not apply to {name}, which has no "
            f"quality setting; use one of {lossy}."
        )


def check_size(name: str, width: int, height: int) -> None:
    """Raises `InputError` if a picture is too large for a format."""
    limit = FORMATS[name].max_side
    if max(width, height) > limit:
        raise errors.InputError(
            f"a picture of {width}x{height} pixels exceeds the {name} limit of "
            f"{limit} pixels per side; pass `format`=png."
        )
