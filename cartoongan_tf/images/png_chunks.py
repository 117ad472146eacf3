"""PNG chunks: iteration, damage, metadata and colors."""

import io
import pathlib
import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIXELS = b"IDAT"

_NAME = re.compile(rb"[A-Za-z]{4}")
_METADATA = (b"eXIf", b"iTXt", b"tEXt", b"zTXt")
_FRAMES = (b"acTL", b"fcTL", b"fdAT")  # Ancillary, but hold the animation.
_COLORS = (b"cHRM", b"cICP", b"gAMA", b"sRGB")
_MAX_COLOR_BYTES = 32  # Length of the longest color chunk, cHRM.


def walk(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Iterates over the chunks of a PNG; other formats have none.

    Args:
        file: The file, at its start.

    Yields:
        Name and content length, in bytes, of each chunk. The file is
        positioned at the content, which may be read.
    """
    at = len(SIGNATURE)
    if file.read(at) != SIGNATURE:
        return
    while len(head := file.read(8)) == 8:
        length = int.from_bytes(head[:4], "big")
        yield head[4:], length
        at += 12 + length
        file.seek(at)


def without_damaged(source: str | pathlib.Path | bytes) -> bytes | None:
    """Removes damaged ancillary chunks, which browsers ignore, too.

    Args:
        source: Path of a file, or its contents as bytes.

    Returns:
        The remaining bytes; None if nothing is damaged, and for other
        formats.
    """
    damaged = []
    with open_source(source) as file:
        for name, length in walk(file):
            start = file.tell() - 8
            if _is_removable(name) and not _is_intact(file, name, length):
                damaged.append(slice(start, start + length + 12))
        if not damaged:
            return None
        file.seek(0)
        data = bytearray(file.read())
    for part in reversed(damaged):
        del data[part]
    return bytes(data)


def has_late_metadata(source: str | pathlib.Path | bytes) -> bool:
    """Whether a PNG has EXIF or texts after the pixels."""
    with open_source(source) as file:
        names = [name for name, _ in walk(file)]
    if PIXELS not in names:
        return False
    return any(n in _METADATA for n in names[names.index(PIXELS) :])


def colors(source: str | pathlib.Path | bytes) -> dict[bytes, bytes]:
    """Reads the chunks that define colors, except a profile, by name."""
    found = {}
    with open_source(source) as file:
        for name, length in walk(file):
            if name == PIXELS:
                break
            if name in _COLORS and length <= _MAX_COLOR_BYTES:
                found[name] = file.read(length)
    return found


def open_source(source: str | pathlib.Path | bytes) -> BinaryIO:
    """Opens a file, given as its path or its contents, for reading."""
    if isinstance(source, bytes):
        return io.BytesIO(source)
    return open(source, "rb")


def _is_removable(name):
    """Whether a chunk is ancillary (a lowercase first letter) and no frame."""
    return bool(name[0] & 0x20) and name not in _FRAMES


def _is_intact(file, name, length):
    content, checksum = file.read(length), file.read(4)
    matches = zlib.crc32(name + content).to_bytes(4, "big") == checksum
    return matches and bool(_NAME.fullmatch(name))
