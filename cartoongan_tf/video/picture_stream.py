"""The stream of a video file that is its moving picture.

Phones put more beside it: covers, and the stills of a motion photo, which are
larger than the film and a few only.
"""

import collections
import contextlib
import itertools

import av

from cartoongan_tf.video import containers

_LOOKED_AT = 100  # Packets that tell how many a stream has.
# Share of the packets of the longest stream that a moving picture has at least.
_FEW = 0.5


def chosen(
    container: av.container.InputContainer,
) -> av.video.stream.VideoStream | None:
    """The largest one that is neither a cover nor of a few stills.

    Packets of a file with several are read to find out.
    """
    streams = [s for s in container.streams.video if not is_cover(s)]
    if len(streams) > 1:
        counts = _counts(container, streams)
        most = max(counts.values(), default=0)
        streams = [s for s in streams if counts[s.index] >= _FEW * most]
    return max(streams, key=_area, default=None)


def is_cover(stream: av.stream.Stream) -> bool:
    """Whether a stream is a still that stands for the whole file."""
    attached = type(stream.disposition).attached_pic
    return stream.type == "video" and bool(stream.disposition & attached)


def _counts(container, streams):
    """How many of the first packets each stream has, by its number."""
    counts: collections.Counter[int] = collections.Counter()
    with contextlib.suppress(av.FFmpegError):
        packets = containers.demuxed(container, *streams)
        for packet in itertools.islice(packets, _LOOKED_AT):
            counts[packet.stream.index] += bool(packet.size)
    return counts


def _area(stream):
    context = stream.codec_context
    return 0 if context is None else (context.width or 0) * context.height
