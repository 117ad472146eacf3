"""Packets of the moving picture -> frames with their times."""

import itertools
from collections.abc import Iterator

import av

# FFmpeg's own decoders leave out the alpha channel of these.
_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


def lacks_times(stream: av.video.stream.VideoStream) -> bool:
    """Whether a file tells when frames are decoded, and not when shown."""
    is_avi = stream.container.format.name == "avi"
    return is_avi and stream.codec_context.has_b_frames


def decoded(
    packets: Iterator[av.Packet], stream: av.video.stream.VideoStream
) -> Iterator[av.VideoFrame]:
    """Frames of a stream, up to the end of its packets."""
    frames = _frames(packets, stream)
    return _timed(frames) if lacks_times(stream) else frames


def _decoder_of(stream):
    name = _ALPHA_DECODERS.get(stream.codec_context.codec.canonical_name)
    tags = {key.lower(): value for key, value in stream.metadata.items()}
    if name is None or tags.get("alpha_mode") != "1":
        return stream
    return av.CodecContext.create(name, "r")


def _frames(packets, stream):
    decoder = _decoder_of(stream)
    # The end, too, of a file that is broken off before its own.
    for packet in itertools.chain(packets, [None]):
        try:
            yield from decoder.decode(packet)
        except av.FFmpegError:  # One bad packet; the next may be good.
            continue


def _timed(frames):
    """Frames, which come in the order of showing, at the times of decoding."""
    first, ticks = None, -1
    for frame in frames:
        if frame.dts is None:
            ticks += 1
        else:
            first = frame.dts if first is None else first
            ticks = max(ticks + 1, frame.dts - first)
        frame.pts = ticks
        yield frame
