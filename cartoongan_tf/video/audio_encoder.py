"""Audio encoder for any channel layout, sample rate and sample format.

Old files declare the number of channels but not their layout; some videos
switch between surround and stereo. Layouts that the encoder does not support
are mixed down.
"""

import fractions
import itertools

import av

from cartoongan_tf.video import containers

RATE = 48000  # Samples per second; AAC and Opus support it.

_LAYOUTS = ("7.1", "5.1", "stereo", "mono")  # For mixing down, best first.
_MAX_TRIAL_PACKETS = 32  # The first packets of a video may be damaged.
# Seconds; some files round their timestamps by more than a sample.
_MAX_JITTER = fractions.Fraction(1, 50)


class AudioEncoder:
    """Encodes one audio track.

    Args:
        stream: Output stream, with its channel layout.
        start: Time of the source, in seconds, that becomes 0.
    """

    def __init__(
        self,
        stream: av.AudioStream,
        start: fractions.Fraction = fractions.Fraction(0),
    ) -> None:
        self._stream, self._start = stream, start
        self._next: fractions.Fraction | None = None
        self._resampler: av.AudioResampler | None = None
        self._input_format: tuple = ()

    def encode(self, frame: av.AudioFrame) -> list[av.Packet]:
        """Encodes a decoded frame; returns the packets that are complete."""
        self._set_time(frame)
        packets = []
        input_format = frame.format.name, frame.layout.name, frame.sample_rate
        if input_format != self._input_format:
            packets = self._flush_resampler()
            context = self._stream.codec_context
            self._input_format = input_format
            self._resampler = av.AudioResampler(
                context.format, context.layout, context.sample_rate
            )
        assert self._resampler is not None
        return packets + self._encode(self._resampler.resample(frame))

    def finish(self) -> list[av.Packet]:
        """Flushes the encoder; returns the remaining packets."""
        return self._flush_resampler() + self._stream.encode(None)

    def _set_time(self, frame):
        """Makes a frame follow the previous one, unless there is a gap."""
        time = self._next
        if frame.pts is not None and frame.time_base:
            frame_time = frame.pts * frame.time_base - self._start
            if time is None or frame_time > time + _MAX_JITTER:
                time = frame_time
        time = time or fractions.Fraction(0)
        self._next = time + fractions.Fraction(frame.samples, frame.sample_rate)
        frame.time_base = fractions.Fraction(1, frame.sample_rate)
        frame.pts = round(time * frame.sample_rate)

    def _flush_resampler(self):
        if self._resampler is None:
            return []
        return self._encode(self._resampler.resample(None))

    def _encode(self, frames):
        return [
            packet for frame in frames for packet in self._stream.encode(frame)
        ]


def decode(packet: "av.Packet[av.AudioStream]") -> list[av.AudioFrame]:
    """Decodes a packet; a bad one yields no frames."""
    try:
        return packet.decode()
    except av.FFmpegError:
        return []


def choose_layout(
    source: str, index: int, codec: str, format: str
) -> str | None:
    """Returns the layout closest to a track's own that can be encoded.

    Layouts are tried out on the first packets.

    Args:
        source: File of the track.
        index: Index of its stream.
        codec: FFmpeg's name of the encoder.
        format: FFmpeg's name of the target's container format.

    Returns:
        FFmpeg's name of the layout, or None if no layout works, such as for a
        track that cannot be decoded.
    """
    with containers.open_input(source) as container:
        context = container.streams[index].codec_context
        if not isinstance(context, av.AudioCodecContext):
            return None
        own = context.layout
    named = [] if own.name.endswith(" channels") else [own.name]
    fewer = [
        layout
        for layout in _LAYOUTS
        if av.AudioLayout(layout).nb_channels < own.nb_channels
    ]
    return next(
        (
            layout
            for layout in [*named, f"{own.nb_channels}c", *fewer]
            if _can_encode(source, index, codec, format, layout)
        ),
        None,
    )


def _can_encode(source, index, codec, format, layout):
    try:
        with containers.trial(source, format) as (container, trial):
            stream = trial.add_stream(codec, RATE, layout=layout)
            encoder = AudioEncoder(stream)
            packets = containers.demux(container, container.streams[index])
            encoded = [
                encoded
                for packet in itertools.islice(packets, _MAX_TRIAL_PACKETS)
                for frame in decode(packet)
                for encoded in encoder.encode(frame)
            ] + encoder.finish()
            trial.mux(encoded)
    except (ValueError, av.FFmpegError):
        return False
    return bool(encoded)
