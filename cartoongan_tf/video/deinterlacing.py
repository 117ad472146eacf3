"""Interlaced frames -> whole ones, by FFmpeg's bwdif.

What is not interlaced is left as it is, also between frames that are.
"""

from collections.abc import Iterable
from collections.abc import Iterator

import av

_LEAST = 16  # Pixels a side; bwdif refuses what is smaller than a few.


def deinterlaced(frames: Iterable[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Frames of a video, one for each, with the times of the given ones."""
    kind, graph = None, None
    for frame in frames:
        found = (
            (frame.width, frame.height, frame.format.name, frame.time_base),
            (frame.colorspace, frame.color_range),
        )
        if found != kind:
            yield from _flushed(graph)
            kind, graph = found, _graph_for(*found)
        if graph is None:
            yield frame
        else:
            graph.vpush(frame)
            yield from _pulled(graph)
    yield from _flushed(graph)


def _graph_for(shape, color):
    width, height, format, time_base = shape
    # What is stored otherwise, such as RGB of a screen, is never interlaced.
    if not format.startswith("yuv") or format.startswith("yuva"):
        return None
    if min(width, height) < _LEAST:
        return None
    graph = av.filter.Graph()
    try:
        graph.link_nodes(
            graph.add(
                "buffer",
                f"width={width}:height={height}:pix_fmt={format}:"
                f"time_base={time_base}:colorspace={color[0]}:range={color[1]}",
            ),
            graph.add("bwdif", "mode=send_frame:deint=interlaced"),
            graph.add("buffersink"),
        ).configure()
    except av.FFmpegError:  # Of damaged frames; they stay as they are.
        return None
    return graph


def _pulled(graph):
    while True:
        try:
            yield graph.vpull()
        except (av.BlockingIOError, av.EOFError):
            return


def _flushed(graph):
    if graph is not None:
        graph.vpush(None)
        yield from _pulled(graph)
