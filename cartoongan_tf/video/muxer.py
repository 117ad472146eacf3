"""Muxing of segments with the audio of their source into one video file.

Audio, subtitles, attachments, titles, languages and chapters are copied from
the source. Only audio that the target does not support is re-encoded.
"""

import fractions
import heapq
import itertools
import pathlib
from collections.abc import Sequence

import av

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.video import codecs
from cartoongan_tf.video import containers
from cartoongan_tf.video import packets
from cartoongan_tf.video import reader
from cartoongan_tf.video import segment_writer
from cartoongan_tf.video import stream_copy

# Metadata keys that describe how the source was encoded.
_ENCODING_KEYS = {
    "alpha_mode",
    "major_brand",
    "minor_version",
    "compatible_brands",
    "encoder",
    "duration",
}


def mux(
    segments: Sequence[pathlib.Path],
    target: pathlib.Path,
    encoding: codecs.Encoding,
    *,
    display: reader.DisplayInfo,
    rate: fractions.Fraction,
    source: reader.VideoFile | None = None,
) -> list[str]:
    """Writes a video atomically.

    If the other streams of the source cannot be muxed, it is written without
    them.

    Args:
        segments: Files of `segment_writer`, in order.
        target: File to write.
        encoding: Encoding of the segments.
        display: Display properties of the frames.
        rate: Nominal frames per second.
        source: Video to copy the other streams and metadata from, or None.

    Returns:
        Notes on what was lost and `find_unsupported` did not predict.

    Raises:
        InputError: If the target does not support the frames' timestamps.
    """
    arguments = segments, target, encoding, display, rate
    if source is None:
        _write(*arguments, None)
        return []
    try:
        is_damaged = _write(*arguments, source)
    except (av.FFmpegError, ValueError) as error:
        if isinstance(error, OSError):  # Such as a full disk.
            raise
        _write_video_only(*arguments, source.name)
        return [
            f"{source.name}: its audio and subtitles cannot be kept and are "
            f"left out ({error})."
        ]
    if not is_damaged:
        return []
    return [
        f"{source.name}: damaged parts of its audio or subtitles are left out."
    ]


def _write_video_only(segments, target, encoding, display, rate, name):
    try:
        _write(segments, target, encoding, display, rate, None)
    except (av.FFmpegError, ValueError) as error:
        if isinstance(error, OSError):
            raise
        raise errors.InputError(
            f"{name} has frame times that {target.suffix} does not support "
            f"({error}); convert it with another program first."
        ) from error


def find_unsupported(
    target: pathlib.Path,
    encoding: codecs.Encoding,
    display: reader.DisplayInfo,
    source: reader.VideoFile,
) -> list[str]:
    """Finds features of a video that the target does not support.

    Args:
        target: File to write.
        encoding: Encoding of the target.
        display: Display properties of the frames.
        source: Video to cartoonize.

    Returns:
        Notes for the user.
    """
    notes = stream_copy.find_unsupported(source, encoding)
    if source.has_alpha and not encoding.has_alpha:
        notes.append(
            f"{source.name} has an alpha channel, which {encoding.codec} does "
            f"not support in {target.suffix}: its cartoon is on white; write a "
            ".webm with vp9 or a .mov with prores."
        )
    # H.264 and H.265 store the aspect themselves; for the others, PyAV sets it
    # in MP4 only.
    lacks_aspect = encoding.codec in ("vp9", "av1") and encoding.format != "mp4"
    if display.aspect != 1 and lacks_aspect:
        notes.append(
            f"{target}: its pixels are not square ({display.aspect}), which "
            "this format does not store; write an .mp4, or use h264."
        )
    if encoding.even and any(side % 2 for side in display.size):
        notes.append(
            f"{target}: {encoding.codec} supports even sizes only, so the last "
            "row or column is duplicated; vp9 and av1 support odd sizes."
        )
    return notes


def _write(segments, target, encoding, display, rate, source):
    with (
        atomic_files.atomic_path(target) as temporary,
        containers.open_output(
            temporary, encoding.format, dict(encoding.file_options)
        ) as output,
    ):
        with containers.open_input(segments[0]) as first:
            video = _add_video(output, first, encoding, display, rate)
        if source is None:
            return _mux_packets(output, video, segments, rate, 0)
        with containers.open_input(source.path) as container:
            _copy_metadata(output, video, container, source)
            copier = stream_copy.StreamCopier(
                output, container, encoding, source
            )
            return _mux_packets(
                output,
                video,
                segments,
                rate,
                source.start_offset,
                copier.packets(),
            )


def _add_video(output, first, encoding, display, rate):
    template = first.streams.video[0]
    stream = output.add_stream_from_template(template, opaque=True)
    stream.codec_context.sample_aspect_ratio = display.aspect
    stream.codec_context.framerate = rate
    if encoding.has_alpha and encoding.codec == "vp9":
        stream.metadata["alpha_mode"] = "1"
    if encoding.tag:
        stream.codec_context.codec_tag = encoding.tag
    return stream


def _copy_metadata(output, video, container, source):
    source_stream = container.streams[source.index]
    output.metadata.update(_without_encoding(container.metadata))
    video.metadata.update(_without_encoding(source_stream.metadata))
    chapters = container.chapters()
    for number, chapter in enumerate(chapters):
        shift = int(source.start / chapter["time_base"])
        chapter["start"] = max(0, chapter["start"] - shift)
        chapter["end"] = max(0, chapter["end"] - shift)
        chapter["id"] = number
    if chapters:
        output.set_chapters(chapters)


def _without_encoding(metadata):
    """Returns the metadata that applies to the cartoon, too."""
    return {
        key: value
        for key, value in metadata.items()
        if key.lower() not in _ENCODING_KEYS
        and not key.startswith(("_STATISTICS", "NUMBER_OF", "BPS", "DURATION"))
    }


def _mux_packets(output, video, segments, rate, start_offset, others=()):
    """Writes all packets; returns whether damaged ones were skipped."""
    is_damaged = False
    frames = _video_packets(segments, video, rate, start_offset)
    # Interleaved by time; otherwise all of the audio would wait in memory.
    for _, packet in heapq.merge(frames, others, key=lambda timed: timed[0]):
        try:
            output.mux(packet)
        except (av.FFmpegError, ValueError) as error:
            # A bad audio packet; the next one may be good.
            if packet.stream is video or isinstance(error, OSError):
                raise
            is_damaged = True
    return is_damaged


def _video_packets(segments, stream, rate, start_offset):
    """Yields packets with new decoding timestamps.

    Those of the segments overlap at their boundaries. The presentation times,
    `delay` frames earlier, are valid decoding times for all of them.
    """
    delay = max(map(_reorder_delay, segments))
    decoding_times: list = []
    for number, path in enumerate(segments):
        segment = segment_writer.read_packets(path)
        base = segment[0].time_base
        step = round(1 / rate / base) or 1
        times = sorted(packet.pts for packet in segment)
        next_time = dict(itertools.pairwise([*times, times[-1] + step]))
        if number == 0:
            decoding_times = [times[0] - step * n for n in range(delay, 0, -1)]
        decoding_times += times
        for packet in segment:
            packet.dts = decoding_times.pop(0)
            packet.duration = next_time[packet.pts] - packet.pts
            packets.shift(packet, round(start_offset / base))
            packet.stream = stream
            yield float(packet.dts * packet.time_base), packet


def _reorder_delay(path):
    """Returns the maximum reordering of a segment's frames, in frames."""
    times = [packet.pts for packet in segment_writer.read_packets(path)]
    rank = {time: number for number, time in enumerate(sorted(times))}
    return max(number - rank[time] for number, time in enumerate(times))
