"""What a file is, by its first bytes.

Endings lie, and streams have none. Of a file that is no picture or video by
its bytes the ending tells what it was meant to be, so that it can be named as
damaged instead of being passed over.
"""

import enum
import pathlib
from typing import NamedTuple

from cartoongan_tf.images import formats
from cartoongan_tf.images import headers
from cartoongan_tf.images import photo_io

HEAD = 512  # Bytes that are enough to tell.
VIDEO_SUFFIXES = {
    ".3gp",
    ".asf",
    ".avi",
    ".flv",
    ".m2ts",
    ".m4v",
    ".mkv",
    ".mov",
    ".mp4",
    ".mpeg",
    ".mpg",
    ".mts",
    ".mxf",
    ".ogv",
    ".ts",
    ".vob",
    ".webm",
    ".wmv",
}

_SOURCE_CODE = {".mts", ".ts"}  # TypeScript, too: the bytes must tell.
_PACKET = 188  # Bytes of a packet of MPEG-TS, which begins with "G".
_PICTURES = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
    b"\0\0\0\x0cjP  ": "JPEG2000",
    b"\xff\x4f\xff\x51": "JPEG2000",
    b"\0\0\1\0": "ICO",
    b"qoif": "QOI",
}
_VIDEOS = (
    b"\x1aE\xdf\xa3",  # Matroska and WebM
    b"OggS",
    b"FLV\1",
    b"\0\0\1\xba",  # MPEG program stream
    b"\0\0\1\xb3",
    b"0&\xb2u\x8ef\xcf\x11",  # ASF and WMV
    b"\6\x0e+4\2\5\1\1",  # MXF
)
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")


class Kind(enum.Enum):
    """What is to be done with an input."""

    PICTURE = "picture"
    ANIMATION = "animation"
    VIDEO = "video"
    STREAM = "stream"
    CAMERA = "camera"


class Content(NamedTuple):
    """What a file holds.

    Attributes:
        kind: `PICTURE`, `ANIMATION`, `VIDEO`, or None for anything else.
        format: A picture's format, as Pillow calls it, or None.
    """

    kind: Kind | None
    format: str | None = None


def of_file(path: pathlib.Path) -> Content:
    """What a file holds, or was meant to hold.

    Raises:
        OSError: If the file cannot be read.
    """
    with open(path, "rb") as file:
        content = _of(file.read(HEAD), path)
    return _by_suffix(path) if content.kind is None else content


def of_bytes(data: bytes) -> Content:
    """What a stream holds, of which these are all bytes, or the first."""
    return _of(data[:HEAD], data)


def _of(head, source):
    format = _format_of(head)
    if format is None:
        is_video = head.startswith(_VIDEOS) or _is_boxed_video(head)
        return Content(Kind.VIDEO if is_video else None)
    is_animated = _is_animated(format, head, source)
    return Content(Kind.ANIMATION if is_animated else Kind.PICTURE, format)


def _format_of(head):
    for magic, format in _PICTURES.items():
        if head.startswith(magic):
            return format
    if head[:1] == b"P" and head[1:2] in b"123456" and head[2:3].isspace():
        return "PPM"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp" and head[8:12] in (b"avif", b"avis"):
        return "AVIF"
    if head[4:8] == b"ftyp" and head[8:12] in photo_io.HEIF_BRANDS:
        return "HEIF"
    return None


def _is_boxed_video(head):
    is_avi = head[:4] == b"RIFF" and head[8:12] == b"AVI "
    packets = head[:1], head[_PACKET : _PACKET + 1]
    # Blu-ray's packets have a time of 4 bytes ahead.
    timed = head[4:5], head[_PACKET + 8 : _PACKET + 9]
    is_stream = (b"G", b"G") in (packets, timed)
    return is_avi or is_stream or head[4:8] in _BOXES


def _is_animated(format, head, source):
    if format == "WEBP":
        return head[12:16] == b"VP8X" and bool(head[20] & 2)
    if format == "AVIF":
        return head[8:12] == b"avis"
    if format not in ("GIF", "PNG"):
        return False
    try:
        with photo_io.opened(source) as image:
            return bool(getattr(image, "is_animated", False))
    except headers.BadPicture:  # Whoever reads it will say so.
        return False


def _by_suffix(path):
    suffix = path.suffix.lower()
    if suffix in VIDEO_SUFFIXES - _SOURCE_CODE:
        return Content(Kind.VIDEO)
    if suffix in formats.READ_SUFFIXES:
        return Content(Kind.PICTURE, formats.by_suffix(path))
    return Content(None)
