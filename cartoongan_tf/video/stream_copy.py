"""Streams of a video beside its picture: sound, subtitles, fonts, cover.

All is copied as it is where the target can hold it. Other sound is encoded
again; what else cannot be held is left out, and said to be.
"""

import io
from collections.abc import Callable
from collections.abc import Iterator

import av

from cartoongan_tf.video import codecs

_KINDS = {
    "audio": "sound track",
    "subtitle": "subtitle track",
    "video": "second picture",
    "data": "data track",
    "attachment": "attachment",
}
# A Matroska file has its cover, by its name, as an attachment.
_COVERS = {
    "mjpeg": ("cover.jpg", "image/jpeg"),
    "png": ("cover.png", "image/png"),
}
_RATE = 48000  # Of sound that is re-encoded, which Opus asks for.

Timed = tuple[float, av.Packet]


class SoundTracks:
    """The other streams of a source, on their way into a target.

    Args:
        output: Where they go; streams are added to it.
        container: Where they come from.
        encoding: That of the target.
        picture: Number of the stream that is left out, the picture.

    Attributes:
        notes: What was not copied as it is, in half sentences.
    """

    def __init__(
        self,
        output: av.container.OutputContainer,
        container: av.container.InputContainer,
        encoding: codecs.Encoding,
        picture: int,
    ) -> None:
        self._output, self._container = output, container
        self._encoding = encoding
        self.notes: list[str] = []
        self._routes: dict[int, Callable] = {}
        self._start = max(0, container.start_time or 0) / av.time_base
        for stream in container.streams:
            if stream.index != picture:
                self._add(stream)

    def packets(self) -> Iterator[Timed]:
        """Packets for the target, with their times, as far as there are."""
        streams = [self._container.streams[n] for n in self._routes]
        # Without a stream `demux` would give all of them.
        packets = self._container.demux(*streams) if streams else iter(())
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError:  # Where the source is broken off.
                return
            if packet is None:
                return
            yield from self._routes[packet.stream.index](packet)

    def _add(self, stream):
        if stream.type == "attachment" and self._encoding.format == "matroska":
            name = stream.metadata.get("filename", "attachment")
            kind = stream.mimetype or "application/octet-stream"
            self._output.add_attachment(name, kind, stream.data)
        elif _is_cover(stream) and self._encoding.format == "matroska":
            name, kind = _COVERS.get(stream.codec_context.name, _COVERS["png"])
            self._output.add_attachment(name, kind, self._cover(stream.index))
        elif _can_hold(self._encoding.format, stream):
            added = _copy(self._output, stream)
            self._routes[stream.index] = self._copier(added, _is_cover(stream))
        elif stream.type == "audio":
            self._add_encoded(stream)
        elif stream.type != "data" or not self._container.chapters():
            # An MP4 file has its chapters, which are kept, as data, too.
            self._note(stream, "cannot be held by such a file and is left out")

    def _cover(self, number):
        with av.open(self._container.name) as container:
            return bytes(next(container.demux(container.streams[number])))

    def _add_encoded(self, stream):
        sound = self._encoding.sound
        added = self._output.add_stream(sound, rate=_RATE)
        added.codec_context.layout = stream.codec_context.layout
        _describe(added, stream)
        self._routes[stream.index] = self._encoder(added)
        self._note(stream, f"is re-encoded, as {sound.removeprefix('lib')}")

    def _note(self, stream, what):
        name = stream.codec_context.name if stream.codec_context else "unknown"
        kind = _KINDS.get(stream.type, "stream")
        self.notes.append(f"{kind} {stream.index} ({name}) {what}.")

    def _copier(self, added, is_cover):
        def copy(packet: av.Packet) -> Iterator[Timed]:
            if packet.size and is_cover:  # Which has no time.
                packet.pts = packet.dts = 0
                yield _timed(packet, added)
            elif packet.size and packet.pts is not None:
                shift = round(self._start / packet.time_base)
                packet.pts -= shift
                if packet.dts is not None:
                    packet.dts -= shift
                yield _timed(packet, added)

        return copy

    def _encoder(self, added):
        def encode(packet: av.Packet) -> Iterator[Timed]:
            try:
                frames = packet.decode()
            except av.FFmpegError:  # One bad packet; the next may be good.
                return
            for frame in frames:
                if frame.pts is not None and frame.time_base:
                    frame.pts -= round(self._start / frame.time_base)
                for made in added.encode(frame):
                    yield _timed(made, added)
            if not packet.size:  # The end.
                for made in added.encode(None):
                    yield _timed(made, added)

        return encode


def _timed(packet, added):
    moment = packet.pts if packet.dts is None else packet.dts
    packet.stream = added
    return float(moment * packet.time_base), packet


def _can_hold(kind, stream):
    """Tried out: what FFmpeg says it can write it may refuse to."""
    if stream.type not in ("audio", "subtitle", "video"):
        return False
    if stream.type == "video" and not _is_cover(stream):
        return False
    try:
        with av.open(io.BytesIO(), "w", format=kind) as trial:
            _copy(trial, stream)
            trial.start_encoding()
    except (ValueError, av.FFmpegError):
        return False
    return True


def _is_cover(stream):
    return stream.type == "video" and bool(
        stream.disposition & type(stream.disposition).attached_pic
    )


def _copy(output, stream):
    added = output.add_stream_from_template(stream, opaque=True)
    _describe(added, stream)
    return added


def _describe(added, stream):
    added.disposition = stream.disposition
    for key in ("language", "title", "handler_name"):
        if key in stream.metadata:
            added.metadata[key] = stream.metadata[key]
