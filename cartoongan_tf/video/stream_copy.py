"""Copying of audio, subtitles, fonts and covers of a video.

Streams are copied unchanged if the target supports them. Other audio is
re-encoded; other streams are left out, with a note.
"""

import itertools
from collections.abc import Callable
from collections.abc import Iterator

import av

from cartoongan_tf.video import audio_encoder
from cartoongan_tf.video import codecs
from cartoongan_tf.video import containers
from cartoongan_tf.video import packets
from cartoongan_tf.video import picture_stream
from cartoongan_tf.video import reader

_STREAM_TYPES = {
    "audio": "audio track",
    "subtitle": "subtitle track",
    "video": "additional video track",
    "data": "data track",
    "attachment": "attachment",
}
# In Matroska, a cover is an attachment with a conventional name.
_COVERS = {
    "mjpeg": ("cover.jpg", "image/jpeg"),
    "png": ("cover.png", "image/png"),
}
_MAX_TRIAL_PACKETS = 8  # Some muxers reject audio only in the trailer.

TimedPacket = tuple[float, av.Packet]  # The time is in seconds.


def find_unsupported(
    source: reader.VideoFile, encoding: codecs.Encoding
) -> list[str]:
    """Returns notes on the streams that cannot be copied unchanged."""
    with containers.trial(source.path, encoding.format) as (container, trial):
        copier = StreamCopier(trial, container, encoding, source)
    return [f"{source.name}: {note}" for note in copier.notes]


class StreamCopier:
    """Copies all streams of a source but its main video stream.

    Args:
        output: Container to add the streams to.
        container: Opened container of the source.
        encoding: Encoding of the target.
        source: Source video.

    Attributes:
        notes: Notes on streams that are not copied unchanged, phrased to
            follow the file's name.
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
        self._converters: dict[int, Callable] = {}  # By stream index.
        self._start = source.start
        for stream in container.streams:
            if stream.index != source.index:
                self._add(stream)

    def packets(self) -> Iterator[TimedPacket]:
        """Yields the packets for the target, with their times."""
        streams = [self._container.streams[n] for n in self._converters]
        file = packets.PacketReader(self._container)
        for packet in _drop_disordered(file.packets(streams)):
            yield from self._converters[packet.stream.index](packet)

    def _add(self, stream):
        is_cover = picture_stream.is_cover(stream)
        is_matroska = self._encoding.format == "matroska"
        if stream.type == "attachment" and is_matroska:
            name = stream.metadata.get("filename", "attachment")
            name = name.encode(errors="replace").decode()
            mime_type = stream.mimetype or "application/octet-stream"
            self._output.add_attachment(name, mime_type, stream.data)
        elif is_cover and is_matroska:
            codec = stream.codec_context.name
            name, mime_type = _COVERS.get(codec, _COVERS["png"])
            cover = self._read_cover(stream.index)
            self._output.add_attachment(name, mime_type, cover)
        elif _is_supported(self._encoding.format, self._container.name, stream):
            added = _add_copy(self._output, stream)
            self._converters[stream.index] = self._copier(added, is_cover)
        elif stream.type == "audio":
            self._add_encoded(stream)
        elif not self._is_kept_otherwise(stream):
            self._add_note(
                stream, "is not supported by this format and is left out"
            )

    def _is_kept_otherwise(self, stream):
        """MP4 files store chapters and time codes as data, too."""
        return stream.type == "data" and (
            bool(self._container.chapters()) or "timecode" in stream.metadata
        )

    def _read_cover(self, index):
        with containers.open_input(self._container.name) as container:
            return bytes(
                next(containers.demux(container, container.streams[index]))
            )

    def _add_encoded(self, stream):
        codec = self._encoding.sound
        layout = audio_encoder.choose_layout(
            self._container.name, stream.index, codec, self._encoding.format
        )
        if layout is None:
            self._add_note(stream, "cannot be re-encoded and is left out")
            return
        added = self._output.add_stream(
            codec, audio_encoder.RATE, layout=layout
        )
        _copy_properties(added, stream)
        self._converters[stream.index] = self._encoder(added)
        note = f"is re-encoded as {codec.removeprefix('lib')}"
        channels = added.layout.nb_channels
        if channels < stream.layout.nb_channels:
            note += f", mixed down to {added.layout.name}"
        self._add_note(stream, note)

    def _add_note(self, stream, note):
        name = stream.codec_context.name if stream.codec_context else "unknown"
        stream_type = _STREAM_TYPES.get(stream.type, "stream")
        self.notes.append(f"{stream_type} {stream.index} ({name}) {note}.")

    def _copier(self, added, is_cover):
        def copy(packet: av.Packet) -> Iterator[TimedPacket]:
            if packet.size and is_cover:  # Covers have no timestamps.
                packet.pts = packet.dts = 0
                yield _route(packet, added)
            elif packet.size and packet.pts is not None:
                start = round(self._start / packet.time_base)
                packets.shift(packet, -start)
                yield _route(packet, added)

        return copy

    def _encoder(self, added):
        encoder = audio_encoder.AudioEncoder(added, self._start)

        def encode(packet: av.Packet) -> Iterator[TimedPacket]:
            for frame in audio_encoder.decode(packet):
                for encoded in encoder.encode(frame):
                    yield _route(encoded, added)
            if not packet.size:  # The last packet of the stream.
                for encoded in encoder.finish():
                    yield _route(encoded, added)

        return encode


def _drop_disordered(demuxed):
    """Drops audio packets with damaged timestamps, which muxers reject.

    Such a packet is later than the next one of its track, or earlier than the
    previous one.
    """
    pending: dict[int, av.Packet] = {}
    last_times: dict[int, int] = {}
    for packet in demuxed:
        index, time = packet.stream.index, packets.timestamp(packet)
        previous = pending.pop(index, None)
        if previous is not None:
            previous_time = packets.timestamp(previous)
            if last_times.get(index, previous_time - 1) <= previous_time and (
                time is None or previous_time <= time
            ):
                last_times[index] = previous_time
                yield previous
        if time is None or packet.stream.type != "audio":
            yield packet
        else:
            pending[index] = packet
    yield from pending.values()


def _route(packet, added):
    packet.stream = added
    return float(packets.timestamp(packet) * packet.time_base), packet


def _is_supported(format, source, stream):
    """Whether a stream can be copied, by trial: FFmpeg may claim too much."""
    if stream.type not in ("audio", "subtitle", "video"):
        return False
    if stream.type == "video" and not picture_stream.is_cover(stream):
        return False
    try:
        with containers.trial(source, format) as (container, trial):
            added = _add_copy(trial, container.streams[stream.index])
            trial.start_encoding()
            if stream.type == "audio":
                demuxed = containers.demux(
                    container, container.streams[stream.index]
                )
                for packet in itertools.islice(demuxed, _MAX_TRIAL_PACKETS):
                    if packet.size and packet.pts is not None:
                        packet.stream = added
                        trial.mux(packet)
    except (ValueError, av.FFmpegError):
        return False
    return True


def _add_copy(output, stream):
    added = output.add_stream_from_template(stream, opaque=True)
    _copy_properties(added, stream)
    return added


def _copy_properties(added, stream):
    added.disposition = stream.disposition
    for key in ("language", "title", "handler_name"):
        if key in stream.metadata:
            added.metadata[key] = stream.metadata[key]
