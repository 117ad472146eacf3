"""Opening of picture files, and their headers before decoding.

TensorFlow decodes most pictures correctly, and inside a graph. Pillow decodes
those that TensorFlow silently gets wrong: it drops transparency instead of
compositing on white, reads palette bitmaps as grayscale, and does not support
animated WebP.
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
PILLOW = 0  # Value of `Header.decoder`.

STDIN = pathlib.Path("standard input")  # Name of a stream in messages.
_ALIASES = {"DIB": "BMP", "MPO": "JPEG"}
_GRAPH_FORMATS = ("GIF", "PNG", "WEBP")  # JPEG depends on its mode.
_Picture = TypeVar("_Picture")
_UPRIGHT = 1  # EXIF orientation.
_TIFF_SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


class UnreadableImage(errors.InputError):
    """A file that is not a picture, or not one that should be decoded.

    Attributes:
        reason: The problem and its fix, phrased to follow the path.
        is_damaged: Whether it is a truncated or corrupt picture.
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
    """Header fields of a picture file.

    Attributes:
        format: One of the values of `formats.READ_SUFFIXES`.
        width: Width as stored, in pixels.
        height: Height as stored, in pixels.
        decoder: `PILLOW`, or the EXIF orientation, 1 to 8, to undo after
            decoding with TensorFlow.
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
    """Opens a picture with Pillow; errors inside become `UnreadableImage`.

    Args:
        source: Path of a file, or its contents as bytes.
        max_pixels: Maximum number of pixels, by the header.
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
        raise UnreadableImage(name, _unsupported(source)) from error
    except metadata.DECODE_ERRORS as error:
        raise UnreadableImage(
            name,
            f"is damaged or truncated ({error}); fix or remove it.",
            is_damaged=True,
        ) from error


def load(image: PIL.Image.Image, frame: int | None = None) -> None:
    """Decodes an image from `opened`.

    Args:
        image: The image.
        frame: Index of the frame, or None for the current one.
    """
    with pillow_limit.lifted():
        if frame is not None:
            image.seek(frame)
        image.load()


def read_with_end_marker(
    read: Callable[[str | pathlib.Path | bytes], _Picture],
    source: str | pathlib.Path | bytes,
) -> _Picture:
    """Reads a picture, adding the end marker if that is all a JPEG lacks.

    Args:
        read: Reader of a path or of a file's bytes.
        source: Argument of `read`.

    Raises:
        UnreadableImage: If `read` raises it for any other reason.
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
        UnreadableImage: If the file is missing, empty or not a picture, or
            has more than `MAX_PIXELS`.
    """
    with opened(path, MAX_PIXELS) as picture:
        format = _ALIASES.get(str(picture.format), str(picture.format))
        if not _is_graph_decodable(picture) or jpeg_end.is_missing(path):
            decoder = PILLOW
        elif _may_have_orientation(picture, path):
            with pillow_limit.lifted():
                decoder = metadata.orientation(picture)
        else:
            decoder = _UPRIGHT
        return Header(format, picture.width, picture.height, decoder)


def check_suffix(path: pathlib.Path, header: Header) -> None:
    """Raises `UnreadableImage` if a file's extension is of another format."""
    if formats.READ_SUFFIXES.get(path.suffix.lower()) != header.format:
        raise UnreadableImage(
            path,
            f"has the wrong file extension: it is a {header.format} picture; "
            "rename it.",
        )


def _check_file(source, name):
    if isinstance(source, bytes):
        if not source:
            raise UnreadableImage(name, "is empty; pipe a picture into it.")
    elif not name.exists():
        raise UnreadableImage(name, "does not exist.")
    elif not name.is_file():  # Opening a pipe would block forever.
        raise UnreadableImage(name, "is not a regular file.")
    elif not name.stat().st_size:
        raise UnreadableImage(name, "is empty; remove it.")


def _check_size(name, image, max_pixels):
    if image.width * image.height > max_pixels:
        raise UnreadableImage(
            name,
            f"has {image.width} x {image.height} pixels, more than the limit "
            f"of {max_pixels // 10**6} million; shrink it.",
        )


def _unsupported(source):
    if _read_head(source).startswith(_TIFF_SIGNATURES):
        return (
            "is a TIFF with an unsupported pixel type, such as floating point; "
            "save it with 8 or 16 bits per channel."
        )
    return (
        "is not a picture in a supported format, such as "
        f"{', '.join(formats.READ)}; convert or remove it."
    )


def _read_head(source):
    with png_chunks.open_source(source) as file:
        return file.read(heif.HEAD_BYTES)


def _open(source):
    source = png_chunks.without_damaged(source) or source
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    if heif.is_heif(_read_head(source)):
        return heif.open_image(stream)
    with pillow_limit.lifted():
        image = PIL.Image.open(stream, formats=formats.READ)
    tiff_planes.fix(image)
    return image


def _may_have_orientation(picture, path):
    """Cheap check: to read the orientation of a PNG, Pillow decodes it."""
    has_key = not metadata.ORIENTATION_KEYS.isdisjoint(picture.info)
    return has_key or png_chunks.has_late_metadata(path)


def _is_graph_decodable(picture):
    if picture.format in ("JPEG", "MPO"):
        return picture.mode in ("L", "RGB")
    if picture.format not in _GRAPH_FORMATS:
        return False
    is_animated_webp = picture.format == "WEBP" and picture.is_animated
    return not (picture.has_transparency_data or is_animated_webp)
