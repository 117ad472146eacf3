"""What a file is: a picture that Pillow opens, or a video by its first bytes.

Endings lie, and streams have none. Of a file that is no picture or video by
its bytes the ending tells what it was meant to be, so that it can be named as
damaged instead of being skipped.
"""

import enum
import pathlib
from typing import NamedTuple

from cartoongan_tf.images import formats
from cartoongan_tf.images import headers
from cartoongan_tf.images import heif

_HEAD = 512  # Bytes that tell a video.
VIDEO_SUFFIXES = {
    ".3g2",
    ".3gp",
    ".asf",
    ".avi",
    ".divx",
    ".dv",
    ".f4v",
    ".flv",
    ".h264",
    ".h265",
    ".hevc",
    ".insv",
    ".lrv",
    ".m2t",
    ".m2ts",
    ".m2v",
    ".m4v",
    ".mkv",
    ".mod",
    ".mov",
    ".mp4",
    ".mpeg",
    ".mpg",
    ".mts",
    ".mxf",
    ".ogv",
    ".qt",
    ".tod",
    ".ts",
    ".vob",
    ".webm",
    ".wmv",
    ".y4m",
}

# TypeScript and music, too: the bytes must tell.
_SHARED = {".mod", ".mts", ".ts"}
_PACKET = 188  # Bytes of a packet of MPEG-TS, which begins with "G".
_ANIMATED = {"AVIF", "GIF", "PNG", "WEBP"}
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
    """Media types, by how an input is processed."""

    PICTURE = "picture"
    ANIMATION = "animation"
    VIDEO = "video"
    STREAM = "stream"
    CAMERA = "camera"


class Content(NamedTuple):
    """Media type of a file.

    Attributes:
        kind: `PICTURE`, `ANIMATION`, `VIDEO`, or None for anything else.
        format: A picture's format, as Pillow calls it, or None.
    """

    kind: Kind | None
    format: str | None = None


def of_file(path: pathlib.Path) -> Content:
    """Media type of a file, also of a damaged one.

    Raises:
        OSError: If the file cannot be read.
    """
    with open(path, "rb") as file:
        content = _of(file.read(_HEAD), path)
    return by_suffix(path) if content.kind is None else content


def of_bytes(data: bytes) -> Content:
    """What a stream holds, of which these are all bytes."""
    return _of(data[:_HEAD], data)


def by_suffix(path: pathlib.PurePath) -> Content:
    """Media type that a file's ending promises."""
    suffix = path.suffix.lower()
    if suffix in VIDEO_SUFFIXES - _SHARED:
        return Content(Kind.VIDEO)
    if suffix in formats.READ_SUFFIXES:
        return Content(Kind.PICTURE, formats.by_suffix(path))
    return Content(None)


def _of(head, source):
    try:
        with headers.opened(source) as image:
            is_animated = image.format in _ANIMATED and image.is_animated
            format = "JPEG" if image.format == "MPO" else image.format
            kind = Kind.ANIMATION if is_animated else Kind.PICTURE
            return Content(kind, format)
    except headers.UnreadableImage:
        pass
    if heif.is_heif(head):
        return Content(Kind.PICTURE, "HEIF")
    is_video = head.startswith(_VIDEOS) or _is_boxed_video(head)
    return Content(Kind.VIDEO if is_video else None)


def _is_boxed_video(head):
    is_avi = head[:4] == b"RIFF" and head[8:12] == b"AVI "
    packets = head[:1], head[_PACKET : _PACKET + 1]
    # Blu-ray's packets have a time of 4 bytes ahead.
    timed = head[4:5], head[_PACKET + 8 : _PACKET + 9]
    is_stream = (b"G", b"G") in (packets, timed)
    return is_avi or is_stream or head[4:8] in _BOXES
