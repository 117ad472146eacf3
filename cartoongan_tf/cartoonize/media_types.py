"""Media types of files, detected from their contents.

File extensions may be wrong, and streams have none. The extension is only used
for files of unknown content, so that damaged ones are reported, not skipped.
"""

import enum
import pathlib
from typing import NamedTuple

from cartoongan_tf.images import formats
from cartoongan_tf.images import headers
from cartoongan_tf.images import heif

_HEAD_BYTES = 512  # Enough to recognize a video.
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

# Also extensions of TypeScript and of music.
_AMBIGUOUS_SUFFIXES = {".mod", ".mts", ".ts"}
_TS_PACKET_BYTES = 188  # MPEG-TS packets start with "G".
_ANIMATED_FORMATS = {"AVIF", "GIF", "PNG", "WEBP"}
_VIDEO_SIGNATURES = (
    b"\x1aE\xdf\xa3",  # Matroska and WebM
    b"OggS",
    b"FLV\1",
    b"\0\0\1\xba",  # MPEG program stream
    b"\0\0\1\xb3",
    b"0&\xb2u\x8ef\xcf\x11",  # ASF and WMV
    b"\6\x0e+4\2\5\1\1",  # MXF
)
_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")


class MediaType(enum.Enum):
    """Media types, by how an input is processed."""

    PICTURE = "picture"
    ANIMATION = "animation"
    VIDEO = "video"
    STREAM = "stream"
    CAMERA = "camera"


class Content(NamedTuple):
    """Media type and format of a file.

    Attributes:
        media_type: `PICTURE`, `ANIMATION`, `VIDEO`, or None for anything else.
        format: Pillow's name of a picture's format, or None.
    """

    media_type: MediaType | None
    format: str | None = None


def of_file(path: pathlib.Path) -> Content:
    """Detects the media type of a file, even of a damaged one.

    Raises:
        OSError: If the file cannot be read.
    """
    with open(path, "rb") as file:
        content = _detect(file.read(_HEAD_BYTES), path)
    return by_suffix(path) if content.media_type is None else content


def of_bytes(data: bytes) -> Content:
    """Detects the media type of a file's contents."""
    return _detect(data[:_HEAD_BYTES], data)


def by_suffix(path: pathlib.PurePath) -> Content:
    """Returns the media type for a file extension."""
    suffix = path.suffix.lower()
    if suffix in VIDEO_SUFFIXES - _AMBIGUOUS_SUFFIXES:
        return Content(MediaType.VIDEO)
    if suffix in formats.READ_SUFFIXES:
        return Content(MediaType.PICTURE, formats.by_suffix(path))
    return Content(None)


def _detect(head, source):
    try:
        with headers.opened(source) as image:
            can_animate = image.format in _ANIMATED_FORMATS
            is_animated = can_animate and image.is_animated  # type: ignore[attr-defined]
            format = "JPEG" if image.format == "MPO" else image.format
            media_type = (
                MediaType.ANIMATION if is_animated else MediaType.PICTURE
            )
            return Content(media_type, format)
    except headers.UnreadableImage:
        pass
    if heif.is_heif(head):
        return Content(MediaType.PICTURE, "HEIF")
    return Content(MediaType.VIDEO if _is_video(head) else None)


def _is_video(head):
    is_avi = head[:4] == b"RIFF" and head[8:12] == b"AVI "
    size = _TS_PACKET_BYTES
    sync_bytes = head[:1], head[size : size + 1]
    # In Blu-ray files, a timestamp of 4 bytes precedes each packet.
    blu_ray_sync_bytes = head[4:5], head[size + 8 : size + 9]
    is_mpeg_ts = (b"G", b"G") in (sync_bytes, blu_ray_sync_bytes)
    is_mp4 = head[4:8] in _MP4_BOXES
    return head.startswith(_VIDEO_SIGNATURES) or is_avi or is_mpeg_ts or is_mp4
