"""Selection of the main video stream of a file.

Phones add further video streams: covers, and the stills of a motion photo,
which are larger than the video but few.
"""

import collections
import contextlib
import itertools

import av

from cartoongan_tf.video import containers

_MAX_COUNTED_PACKETS = 100
# Relative to the stream with the most packets.
_MIN_PACKET_SHARE = 0.5


def choose(
    container: av.container.InputContainer,
) -> av.video.stream.VideoStream | None:
    """Returns the largest stream that is neither a cover nor a few stills.

    If there are several streams, it reads some packets of the file.
    """
    streams = [s for s in container.streams.video if not is_cover(s)]
    if len(streams) > 1:
        counts = _count_packets(container, streams)
        min_count = _MIN_PACKET_SHARE * max(counts.values(), default=0)
        streams = [s for s in streams if counts[s.index] >= min_count]
    return max(streams, key=_area, default=None)


def is_cover(stream: av.stream.Stream) -> bool:
    """Whether a stream is an attached cover picture."""
    attached = type(stream.disposition).attached_pic
    return stream.type == "video" and bool(stream.disposition & attached)


def _count_packets(container, streams):
    """Counts each stream's share of the first packets, by stream index."""
    counts: collections.Counter[int] = collections.Counter()
    with contextlib.suppress(av.FFmpegError):
        packets = containers.demux(container, *streams)
        for packet in itertools.islice(packets, _MAX_COUNTED_PACKETS):
            counts[packet.stream.index] += bool(packet.size)
    return counts


def _area(stream):
    context = stream.codec_context
    return 0 if context is None else (context.width or 0) * context.height
