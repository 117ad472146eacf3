"""Opening of media files with FFmpeg, for reading and writing.

Old files have titles in legacy encodings that they do not declare. Bytes that
are not UTF-8 are kept unchanged.
"""

import contextlib
import io
import pathlib
from collections.abc import Iterator
from typing import IO

import av

_METADATA_ERRORS = "surrogateescape"  # Keeps invalid bytes, as in file names.


def open_input(path: str | pathlib.Path) -> av.container.InputContainer:
    """Opens a file for reading.

    Raises:
        FFmpegError: If FFmpeg cannot read it.
    """
    # Absolute, or FFmpeg would parse `ep1:` of `ep1:intro.mkv` as a protocol.
    return av.open(
        str(pathlib.Path(path).absolute()), metadata_errors=_METADATA_ERRORS
    )


def demux(
    container: av.container.InputContainer, *streams: av.stream.Stream
) -> Iterator[av.Packet]:
    """Yields the packets of some or all streams, in the file's order."""
    # PyAV raises it at the end of a file if a stream begins late.
    with contextlib.suppress(IndexError):
        yield from container.demux(*streams)


def open_output(
    target: str | pathlib.Path | IO[bytes],
    format: str,
    options: dict[str, str] | None = None,
) -> av.container.OutputContainer:
    """Opens a file for writing.

    Args:
        target: Path, or an open binary file.
        format: FFmpeg's name of the container format.
        options: Muxer options.
    """
    if isinstance(target, str | pathlib.Path):
        target = str(pathlib.Path(target).absolute())
    return av.open(
        target,
        "w",
        format=format,
        container_options=options or {},
        metadata_errors=_METADATA_ERRORS,
    )


@contextlib.contextmanager
def trial(
    source: str | pathlib.Path, format: str
) -> Iterator[tuple[av.container.InputContainer, av.container.OutputContainer]]:
    """Opens a file, and an in-memory one to test what its format supports."""
    with (
        open_input(source) as container,
        open_output(io.BytesIO(), format) as output,
    ):
        yield container, output
