"""Picture files, opened, and their headers, before anything is decoded.

TensorFlow decodes most pictures rightly, and inside of a graph. What it would
get wrong without a word, Pillow decodes: it drops transparency instead of
putting the picture on white, takes bitmaps with a palette for gray ones, and
does not know animated WebP.
"""

import contextlib
import io
import pathlib
from collections.abc import Callable
from collections.abc import Iterator
from typing import NamedTuple
from typing import TypeVar

import PIL.Image

from cartoongan_tf.core import errors
from cartoongan_tf.images import formats
from cartoongan_tf.images import heif
from cartoongan_tf.images import jpeg_end
from cartoongan_tf.images import metadata
from cartoongan_tf.images import pillow_limit
from cartoongan_tf.images import png_chunks
from cartoongan_tf.images import tiff_planes

MAX_PIXELS = 64_000_000  # 192 MB decoded; phones of 2026 take 50 million.
PILLOW = 0

STDIN = pathlib.Path("standard input")  # How messages call a stream.
_ALIASES = {"DIB": "BMP", "MPO": "JPEG"}
_IN_GRAPH = ("GIF", "PNG", "WEBP")  # JPEGs have a rule of their own.
_Read = TypeVar("_Read")
_UPRIGHT = 1
_TIFFS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


class UnreadableImage(errors.InputError):
    """A file that is not a picture, or not one that should be decoded.

    Attributes:
        reason: What is wrong and what to do, to be read after the path.
        is_damaged: Whether it is a picture that breaks off or is broken.
    """

    def __init__(
        self,
        path: str | pathlib.Path,
        reason: str,
        is_damaged: bool = False,
    ):
        super().__init__(f"{path} {reason}")
        self.reason = reason
        self.is_damaged = is_damaged


class Header(NamedTuple):
    """Facts of a picture.

    Attributes:
        format: One of the values of `formats.READ_SUFFIXES`.
        width: Pixels, as stored.
        height: Pixels, as stored.
        decoder: `PILLOW`, or else the orientation, 1 to 8, by which
            TensorFlow's decoding is to be turned upright.
    """

    format: str
    width: int
    height: int
    decoder: int


@contextlib.contextmanager
def opened(
    source: str | pathlib.Path | bytes,
    max_pixels: int = formats.MAX_PIXELS,
) -> Iterator[PIL.Image.Image]:
    """Opens a picture with Pillow; what fails inside becomes `UnreadableImage`.

    Args:
        source: File to read, or the bytes of one.
        max_pixels: A picture whose header tells of more is refused.
    """
    name = STDIN if isinstance(source, bytes) else pathlib.Path(source)
    try:
        _check_file(source, name)
        with _open(source) as image:
            _check_size(name, image, max_pixels)
            yield image
    except UnreadableImage:
        raise
    except errors.InputError as error:
        raise UnreadableImage(name, str(error)) from error
    except PIL.UnidentifiedImageError as error:
        raise UnreadableImage(name, _unknown(source)) from error
    except metadata.BROKEN as error:
        raise UnreadableImage(
            name,
            f"is damaged or breaks off ({error}); fix or remove it.",
            is_damaged=True,
        ) from error


def load(image: PIL.Image.Image, frame: int | None = None) -> None:
    """Decodes an image that `opened` gave.

    Args:
        image: The image.
        frame: Which of its frames; None for the one it stands at.
    """
    with pillow_limit.lifted():
        if frame is not None:
            image.seek(frame)
        image.load()


def read_mended(
    read: Callable[[str | pathlib.Path | bytes], _Read],
    source: str | pathlib.Path | bytes,
) -> _Read:
    """Reads a picture; a JPEG that lacks its end marker only, with that.

    Args:
        read: Function that reads a file, or the bytes of one.
        source: What it is to read.

    Raises:
        UnreadableImage: If `read` does, for anything else.
    """
    try:
        return read(source)
    except UnreadableImage as error:
        whole = jpeg_end.add(source) if error.is_damaged else None
        if whole is None:
            raise
        return read(whole)


def read_header(path: str | pathlib.Path) -> Header:
    """Reads the header of a picture.

    Raises:
        UnreadableImage: If the file is missing, empty or no picture, or has
            more than `MAX_PIXELS`.
    """
    with opened(path, MAX_PIXELS) as picture:
        kind = _ALIASES.get(str(picture.format), str(picture.format))
        if not _suits_graph(picture) or jpeg_end.is_missing(path):
            decoder = PILLOW
        elif _may_be_turned(picture, path):
            with pillow_limit.lifted():
                decoder = metadata.orientation(picture)
        else:
            decoder = _UPRIGHT
        return Header(kind, picture.width, picture.height, decoder)


def check_suffix(path: pathlib.Path, header: Header) -> None:
    """Raises `UnreadableImage` if a file's ending tells of another format."""
    if formats.READ_SUFFIXES.get(path.suffix.lower()) != header.format:
        raise UnreadableImage(
            path,
            f"has the wrong ending: it is a {header.format} picture; rename "
            "it.",
        )


def _check_file(source, name):
    if isinstance(source, bytes):
        if not source:
            raise UnreadableImage(name, "is empty; pipe a picture into it.")
    elif not name.exists():
        raise UnreadableImage(name, "does not exist.")
    elif not name.is_file():  # To open a pipe would wait forever.
        raise UnreadableImage(name, "is not a regular file.")
    elif not name.stat().st_size:
        raise UnreadableImage(name, "is empty; remove it.")


def _check_size(name, image, most):
    if image.width * image.height > most:
        raise UnreadableImage(
            name,
            f"has {image.width} x {image.height} pixels, and "
            f"{most // 10**6} million are the most that are decoded; "
            "shrink it.",
        )


def _unknown(source):
    if _head(source).startswith(_TIFFS):
        return (
            "is a TIFF with pixels that are not read, such as numbers with a "
            "fraction; save it with 8 or 16 bits a channel."
        )
    return (
        "is not a picture that is read, such as "
        f"{', '.join(formats.READ)}; convert or remove it."
    )


def _head(source):
    with png_chunks.open_source(source) as file:
        return file.read(heif.HEAD)


def _open(source):
    source = png_chunks.without_damaged(source) or source
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    if heif.is_heif(_head(source)):
        return heif.open_image(stream)
    with pillow_limit.lifted():
        image = PIL.Image.open(stream, formats=formats.READ)
    tiff_planes.mend(image)
    return image


def _may_be_turned(picture, path):
    """Asked first: to be told of an orientation, Pillow decodes a PNG."""
    is_told = not metadata.TURNING.isdisjoint(picture.info)
    return is_told or png_chunks.has_late_metadata(path)


def _suits_graph(picture):
    if picture.format in ("JPEG", "MPO"):
        return picture.mode in ("L", "RGB")
    if picture.format not in _IN_GRAPH:
        return False
    is_animated_webp = picture.format == "WEBP" and picture.is_animated
    return not (picture.has_transparency_data or is_animated_webp)
