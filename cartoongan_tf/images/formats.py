"""Picture formats: their endings, and what each can hold.

Formats have the names that Pillow gives them, such as JPEG. What is not in the
table can be read at most, and its cartoon becomes a PNG.
"""

import pathlib
from typing import NamedTuple

import PIL.features
import PIL.Image

from cartoongan_tf.core import errors

FALLBACK = "PNG"
MAX_PIXELS = 400_000_000  # Of a picture that is made a cartoon of.

PIL.Image.init()  # Else Pillow knows the most common formats only.


class Format(NamedTuple):
    """Abilities of a format that is written.

    Attributes:
        suffixes: Endings of its files, the usual one first.
        most_side: Pixels that a side may have.
        is_lossy: Whether a quality can be asked for.
        has_alpha: Whether pixels can be transparent in part.
        is_animated: Whether a file can hold many frames.
    """

    suffixes: tuple[str, ...]
    most_side: int
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
# Pillow reads these safely too. Left out are those for which it runs another
# program (EPS), those that any file might be (TGA has no signature), and those
# of fonts, games and weather stations.
_READ = (*FORMATS, "DIB", "ICO", "JPEG2000", "PPM", "QOI")
# What a file's ending promises; those of HEIC stand here without its extra,
# too, to be told what to install.
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
    """The format that a user names: jpg, .JPEG, png.

    Raises:
        InputError: If there is no such format, or Pillow came without it.
    """
    suffix = f".{name.lower().removeprefix('.')}"
    found = by_suffix(pathlib.PurePath(f"x{suffix}"))
    if found is None:
        usual = ", ".join(f.suffixes[0][1:] for f in FORMATS.values())
        raise errors.InputError(
            f"`format`={name} is no format that is written; those are {usual}."
        )
    if found == "AVIF" and not PIL.features.check("avif"):
        raise errors.InputError(
            f"`format`={name} needs a newer Pillow; run `pip install "
            "'pillow>=11.3'`."
        )
    return found


def by_suffix(path: pathlib.PurePath) -> str | None:
    """The format that a file's ending tells of, or None."""
    suffix = path.suffix.lower()
    return next((n for n, f in FORMATS.items() if suffix in f.suffixes), None)


def suffix_for(name: str, path: pathlib.PurePath) -> str:
    """The ending for a format: that of `path`, if it is one of them."""
    known = FORMATS[name].suffixes
    return path.suffix if path.suffix.lower() in known else known[0]


def check_quality(name: str, quality: int | None) -> None:
    """Raises `InputError` for a quality that a format does not know."""
    if quality is None:
        return
    if not 1 <= quality <= 100:
        raise errors.InputError(f"`quality`={quality} must be 1 to 100.")
    if not FORMATS[name].is_lossy:
        lossy = ", ".join(n for n, f in FORMATS.items() if f.is_lossy)
        raise errors.InputError(
            f"`quality`={quality} does not go with {name}, which loses "
            f"nothing or has no qualities; it is for {lossy}."
        )


def check_size(name: str, width: int, height: int) -> None:
    """Raises `InputError` for a picture that is too long for a format."""
    most = FORMATS[name].most_side
    if max(width, height) > most:
        raise errors.InputError(
            f"a picture of {width}x{height} pixels does not fit {name}, whose "
            f"sides end at {most}; pass `format`=png."
        )
