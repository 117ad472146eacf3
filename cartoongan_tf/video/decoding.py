"""Decoding of video packets to frames with timestamps."""

import itertools
from collections.abc import Iterator

import av

# FFmpeg's native decoders of these codecs ignore the alpha channel.
_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


def lacks_presentation_times(stream: av.video.stream.VideoStream) -> bool:
    """Whether the file has decoding but no presentation timestamps."""
    is_avi = stream.container.format.name == "avi"
    return is_avi and stream.codec_context.has_b_frames


def decode(
    packets: Iterator[av.Packet], stream: av.video.stream.VideoStream
) -> Iterator[av.VideoFrame]:
    """Yields the frames of a stream, in presentation order."""
    frames = _decode(packets, stream)
    if lacks_presentation_times(stream):
        return _with_decoding_times(frames)
    return frames


def _create_decoder(stream):
    name = _ALPHA_DECODERS.get(stream.codec_context.codec.canonical_name)
    tags = {key.lower(): value for key, value in stream.metadata.items()}
    if name is None or tags.get("alpha_mode") != "1":
        return stream
    return av.CodecContext.create(name, "r")


def _decode(packets, stream):
    decoder = _create_decoder(stream)
    # None flushes the decoder, also at the end of a truncated file.
    for packet in itertools.chain(packets, [None]):
        try:
            yield from decoder.decode(packet)
        except av.FFmpegError:  # A bad packet; the next one may be good.
            continue


def _with_decoding_times(frames):
    """Sets the decoding times as presentation times, in order."""
    first, ticks = None, -1
    for frame in frames:
        if frame.dts is None:
            ticks += 1
        else:
            first = frame.dts if first is None else first
            ticks = max(ticks + 1, frame.dts - first)
        frame.pts = ticks
        yield frame
