"""Deinterlacing with FFmpeg's bwdif filter.

Progressive frames are unchanged, even between interlaced ones.
"""

from collections.abc import Iterable
from collections.abc import Iterator

import av

_MIN_SIDE = 16  # Pixels; bwdif rejects tiny frames.


def deinterlace(frames: Iterable[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Yields one frame per input frame, with its timestamp."""
    properties, graph = None, None
    for frame in frames:
        frame_properties = (
            (frame.width, frame.height, frame.format.name, frame.time_base),
            (frame.colorspace, frame.color_range),
        )
        if frame_properties != properties:
            yield from _flush(graph)
            properties = frame_properties
            graph = _create_graph(*properties)
        if graph is None:
            yield frame
        else:
            graph.vpush(frame)
            yield from _pull(graph)
    yield from _flush(graph)


def _create_graph(shape, color):
    width, height, format, time_base = shape
    # Other formats, such as RGB of screen recordings, are never interlaced.
    if not format.startswith("yuv") or format.startswith("yuva"):
        return None
    if min(width, height) < _MIN_SIDE:
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
    except av.FFmpegError:  # Damaged frames are passed through.
        return None
    return graph


def _pull(graph):
    while True:
        try:
            yield graph.vpull()
        except (av.BlockingIOError, av.EOFError):
            return


def _flush(graph):
    if graph is not None:
        graph.vpush(None)
        yield from _pull(graph)
