"""Streams of a video beside its picture: sound, subtitles, fonts, cover.

All is copied as it is where the target can hold it. Other sound is encoded
again; what else cannot be held is left out, and said to be.
"""

import itertools
from collections.abc import Callable
from collections.abc import Iterator

import av

from cartoongan_tf.video import codecs
from cartoongan_tf.video import containers
from cartoongan_tf.video import packets
from cartoongan_tf.video import picture_stream
from cartoongan_tf.video import reader
from cartoongan_tf.video import sound_encoder

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
_TRIED = 8  # Packets of sound; what a file can say of them shows at its end.

Timed = tuple[float, av.Packet]


def losses(source: reader.VideoFile, encoding: codecs.Encoding) -> list[str]:
    """What of a video would not be copied as it is, in sentences."""
    with containers.trial(source.path, encoding.format) as (container, trial):
        tracks = SoundTracks(trial, container, encoding, source)
    return [f"{source.name}: {note}" for note in tracks.notes]


class SoundTracks:
    """The other streams of a source, on their way into a target.

    Args:
        output: Where they go; streams are added to it.
        container: Where they come from.
        encoding: That of the target.
        source: What `container` is opened from; its picture is left out.

    Attributes:
        notes: What was not copied as it is, in half sentences.
    """

    def __init__(
        self,
        output: av.container.OutputContainer,
        container: av.container.InputContainer,
        encoding: codecs.Encoding,
        source: reader.VideoFile,
    ) -> None:
        self._output, self._container = output, container
        self._encoding = encoding
        self.notes: list[str] = []
        self._routes: dict[int, Callable] = {}
        self._start = source.start
        for stream in container.streams:
            if stream.index != source.index:
                self._add(stream)

    def packets(self) -> Iterator[Timed]:
        """Packets for the target, with their times, as far as there are."""
        streams = [self._container.streams[n] for n in self._routes]
        file = packets.PacketReader(self._container)
        for packet in _in_order(file.packets(streams)):
            yield from self._routes[packet.stream.index](packet)

    def _add(self, stream):
        is_cover = picture_stream.is_cover(stream)
        is_matroska = self._encoding.format == "matroska"
        if stream.type == "attachment" and is_matroska:
            name = stream.metadata.get("filename", "attachment")
            name = name.encode(errors="replace").decode()
            kind = stream.mimetype or "application/octet-stream"
            self._output.add_attachment(name, kind, stream.data)
        elif is_cover and is_matroska:
            name, kind = _COVERS.get(stream.codec_context.name, _COVERS["png"])
            self._output.add_attachment(name, kind, self._cover(stream.index))
        elif _can_hold(self._encoding.format, self._container.name, stream):
            added = _copy(self._output, stream)
            self._routes[stream.index] = self._copier(added, is_cover)
        elif stream.type == "audio":
            self._add_encoded(stream)
        elif not self._is_kept_otherwise(stream):
            self._note(stream, "cannot be held by such a file and is left out")

    def _is_kept_otherwise(self, stream):
        """MP4 files have their chapters and time code as data, too."""
        return stream.type == "data" and (
            bool(self._container.chapters()) or "timecode" in stream.metadata
        )

    def _cover(self, number):
        with containers.opened(self._container.name) as container:
            return bytes(
                next(containers.demuxed(container, container.streams[number]))
            )

    def _add_encoded(self, stream):
        sound = self._encoding.sound
        layout = sound_encoder.layout_for(
            self._container.name, stream.index, sound, self._encoding.format
        )
        if layout is None:
            self._note(stream, "cannot be encoded again and is left out")
            return
        added = self._output.add_stream(
            sound, sound_encoder.RATE, layout=layout
        )
        _describe(added, stream)
        self._routes[stream.index] = self._encoder(added)
        what = f"is re-encoded, as {sound.removeprefix('lib')}"
        channels = added.layout.nb_channels
        if channels < stream.layout.nb_channels:
            what += f", mixed down to {added.layout.name}"
        self._note(stream, what)

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
                packets.move(packet, -shift)
                yield _timed(packet, added)

        return copy

    def _encoder(self, added):
        encoder = sound_encoder.SoundEncoder(added, self._start)

        def encode(packet: av.Packet) -> Iterator[Timed]:
            for frame in sound_encoder.decoded(packet):
                for made in encoder.encode(frame):
                    yield _timed(made, added)
            if not packet.size:  # The end.
                for made in encoder.finish():
                    yield _timed(made, added)

        return encode


def _in_order(found):
    """Leaves out sound of damaged times, which no target takes.

    Such a packet is after the next one of its track, or before the last one.
    """
    held: dict[int, av.Packet] = {}
    last: dict[int, int] = {}
    for packet in found:
        index, moment = packet.stream.index, packets.moment(packet)
        before = held.pop(index, None)
        if before is not None:
            time = packets.moment(before)
            if last.get(index, time - 1) <= time and (
                moment is None or time <= moment
            ):
                last[index] = time
                yield before
        if moment is None or packet.stream.type != "audio":
            yield packet
        else:
            held[index] = packet
    yield from held.values()


def _timed(packet, added):
    packet.stream = added
    return float(packets.moment(packet) * packet.time_base), packet


def _can_hold(kind, source, stream):
    """Tried out: what FFmpeg says it can write it may refuse to."""
    if stream.type not in ("audio", "subtitle", "video"):
        return False
    if stream.type == "video" and not picture_stream.is_cover(stream):
        return False
    try:
        with containers.trial(source, kind) as (container, trial):
            added = _copy(trial, container.streams[stream.index])
            trial.start_encoding()
            if stream.type == "audio":
                found = containers.demuxed(
                    container, container.streams[stream.index]
                )
                for packet in itertools.islice(found, _TRIED):
                    if packet.size and packet.pts is not None:
                        packet.stream = added
                        trial.mux(packet)
    except (ValueError, av.FFmpegError):
        return False
    return True


def _copy(output, stream):
    added = output.add_stream_from_template(stream, opaque=True)
    _describe(added, stream)
    return added


def _describe(added, stream):
    added.disposition = stream.disposition
    for key in ("language", "title", "handler_name"):
        if key in stream.metadata:
            added.metadata[key] = stream.metadata[key]
