"""Sound of any layout, rate and sample format -> one that an encoder takes.

Old files tell how many channels there are and not which; films change between
surround and stereo. What an encoder does not take is mixed down.
"""

import fractions
import itertools

import av

from cartoongan_tf.video import containers

RATE = 48000  # Samples a second, which both AAC and Opus take.

_LAYOUTS = ("7.1", "5.1", "stereo", "mono")  # To mix down to, best first.
_TRIED = 32  # Packets; the first ones of a film may be damaged.
# Seconds; some files round their times to more than a sample.
_JITTER = fractions.Fraction(1, 50)


class SoundEncoder:
    """Encodes one sound track.

    Args:
        stream: Where the sound goes, with its layout.
        start: Seconds of the source that become 0.
    """

    def __init__(
        self,
        stream: av.AudioStream,
        start: fractions.Fraction = fractions.Fraction(0),
    ) -> None:
        self._stream, self._start = stream, start
        self._next: fractions.Fraction | None = None
        self._resampler: av.AudioResampler | None = None
        self._kind: tuple = ()

    def encode(self, frame: av.AudioFrame) -> list[av.Packet]:
        """Packets that a decoded frame completes."""
        self._set_time(frame)
        made = []
        kind = frame.format.name, frame.layout.name, frame.sample_rate
        if kind != self._kind:
            made = self._flushed()
            context = self._stream.codec_context
            self._kind = kind
            self._resampler = av.AudioResampler(
                context.format, context.layout, context.sample_rate
            )
        assert self._resampler is not None
        return made + self._encoded(self._resampler.resample(frame))

    def finish(self) -> list[av.Packet]:
        """What the encoder holds back."""
        return self._flushed() + self._stream.encode(None)

    def _set_time(self, frame):
        """Frames follow the one before, unless there is a gap."""
        moment = self._next
        if frame.pts is not None and frame.time_base:
            own = frame.pts * frame.time_base - self._start
            if moment is None or own > moment + _JITTER:
                moment = own
        moment = moment or fractions.Fraction(0)
        self._next = moment + fractions.Fraction(
            frame.samples, frame.sample_rate
        )
        frame.time_base = fractions.Fraction(1, frame.sample_rate)
        frame.pts = round(moment * frame.sample_rate)

    def _flushed(self):
        if self._resampler is None:
            return []
        return self._encoded(self._resampler.resample(None))

    def _encoded(self, frames):
        return [
            packet for frame in frames for packet in self._stream.encode(frame)
        ]


def decoded(packet: "av.Packet[av.AudioStream]") -> list[av.AudioFrame]:
    """The frames of a packet; none of a bad one, as the next may be good."""
    try:
        return packet.decode()
    except av.FFmpegError:
        return []


def layout_for(source: str, index: int, codec: str, kind: str) -> str | None:
    """The layout closest to a track's own that can be encoded.

    Tried out on the first packets.

    Args:
        source: File of the track.
        index: Number of its stream.
        codec: FFmpeg's name of the encoder.
        kind: FFmpeg's name of the target's kind of file.

    Returns:
        FFmpeg's name of the layout, or None if there is none, as where the
        track cannot be decoded.
    """
    with containers.opened(source) as container:
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
            if _can_encode(source, index, codec, kind, layout)
        ),
        None,
    )


def _can_encode(source, index, codec, kind, layout):
    try:
        with containers.trial(source, kind) as (container, trial):
            stream = trial.add_stream(codec, RATE, layout=layout)
            encoder = SoundEncoder(stream)
            packets = containers.demuxed(container, container.streams[index])
            made = [
                made
                for packet in itertools.islice(packets, _TRIED)
                for frame in decoded(packet)
                for made in encoder.encode(frame)
            ] + encoder.finish()
            trial.mux(made)
    except (ValueError, av.FFmpegError):
        return False
    return bool(made)
