"""Files with a moving picture, opened to be read or written.

Old files hold titles in the encodings of their time, and do not say which.
What is no UTF-8 is kept as it is, byte by byte.
"""

import contextlib
import io
import pathlib
from collections.abc import Iterator
from typing import IO

import av

_KEPT = "surrogateescape"  # How Python keeps such bytes in names of files.


def opened(path: str | pathlib.Path) -> av.container.InputContainer:
    """Opens a file to be read.

    Raises:
        FFmpegError: If it is none that FFmpeg reads.
    """
    # Absolute, or FFmpeg would take `ep1:intro.mkv` for a protocol's.
    return av.open(str(pathlib.Path(path).absolute()), metadata_errors=_KEPT)


def demuxed(
    container: av.container.InputContainer, *streams: av.stream.Stream
) -> Iterator[av.Packet]:
    """Packets of a file, or of some streams of it, in the file's order."""
    # PyAV raises it at the end of a file in which a stream begins late.
    with contextlib.suppress(IndexError):
        yield from container.demux(*streams)


def created(
    target: str | pathlib.Path | IO[bytes],
    format: str,
    options: dict[str, str] | None = None,
) -> av.container.OutputContainer:
    """Opens a file to be written.

    Args:
        target: File, by its name or open.
        format: FFmpeg's name of its kind.
        options: Of that kind.
    """
    if isinstance(target, str | pathlib.Path):
        target = str(pathlib.Path(target).absolute())
    return av.open(
        target,
        "w",
        format=format,
        container_options=options or {},
        metadata_errors=_KEPT,
    )


@contextlib.contextmanager
def trial(
    source: str | pathlib.Path, format: str
) -> Iterator[tuple[av.container.InputContainer, av.container.OutputContainer]]:
    """Opens a file, and one in memory to try out what such a file can hold."""
    with opened(source) as container, created(io.BytesIO(), format) as output:
        yield container, output
