"""Segments and the sound of their source -> one video file.

Nothing is encoded again but sound that the target cannot hold. Sound,
subtitles and attachments are those of the source, as are titles, languages
and chapters.
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

# What a file says of how it was written, which is no longer true.
_OUTDATED = {
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
    """Writes a video, whole or not at all.

    Where the streams of the source break it, it is written without them.

    Args:
        segments: Files of `video_segments`, in order.
        target: File to write.
        encoding: With which the segments were encoded.
        display: How the frames are shown.
        rate: Frames a second, or about that.
        source: Where the sound and all else comes from, if anywhere.

    Returns:
        What could not be kept and `losses` did not foresee, in sentences.

    Raises:
        InputError: If the target cannot hold the pictures' times.
    """
    parts = segments, target, encoding, display, rate
    if source is None:
        _write(*parts, None)
        return []
    try:
        damaged = _write(*parts, source)
    except (av.FFmpegError, ValueError) as error:
        if isinstance(error, OSError):  # Such as a full disk.
            raise
        _write_pictures(*parts, source.name)
        return [
            f"{source.name}: its sound and subtitles cannot be kept, and are "
            f"left out ({error})."
        ]
    if not damaged:
        return []
    return [
        f"{source.name}: damaged parts of its sound or subtitles are left out."
    ]


def _write_pictures(segments, target, encoding, display, rate, name):
    """Writes a video without what the source has beside the pictures."""
    try:
        _write(segments, target, encoding, display, rate, None)
    except (av.FFmpegError, ValueError) as error:
        if isinstance(error, OSError):
            raise
        raise errors.InputError(
            f"{name} has frames at times that {target.suffix} cannot hold "
            f"({error}); convert it with another program first."
        ) from error


def losses(
    target: pathlib.Path,
    encoding: codecs.Encoding,
    display: reader.DisplayInfo,
    source: reader.VideoFile,
) -> list[str]:
    """What of a video the target cannot hold, told before it is made.

    Args:
        target: As that of `mux`, as are the others.
        encoding: How it is written.
        display: How the frames are shown.
        source: Where the sound and all else comes from.

    Returns:
        Sentences.
    """
    found = stream_copy.losses(source, encoding)
    if source.has_alpha and not encoding.has_alpha:
        found.append(
            f"{source.name} has an alpha channel, which {encoding.codec} does "
            "not keep in such a file: its cartoon stands on white; write a "
            ".webm, by vp9, or a .mov, by prores."
        )
    # H.264 and H.265 say it themselves, and PyAV tells MP4 files only.
    is_mute = encoding.codec in ("vp9", "av1") and encoding.format != "mp4"
    if display.aspect != 1 and is_mute:
        found.append(
            f"{target}: its pixels are not square ({display.aspect}), which "
            "such a file cannot say; write an .mp4, or h264."
        )
    if encoding.even and any(side % 2 for side in display.size):
        found.append(
            f"{target}: {encoding.codec} holds even sizes only, so the last "
            "row or column is there twice; vp9 and av1 hold odd ones."
        )
    return found


def _write(segments, target, encoding, display, rate, source):
    with (
        atomic_files.atomic_path(target) as temporary,
        containers.created(
            temporary, encoding.format, dict(encoding.file_options)
        ) as output,
    ):
        with containers.opened(segments[0]) as first:
            video = _add_video(output, first, encoding, display, rate)
        if source is None:
            return _mux_packets(output, video, segments, rate, 0)
        with containers.opened(source.path) as container:
            _describe(output, video, container, source)
            tracks = stream_copy.SoundTracks(
                output, container, encoding, source
            )
            return _mux_packets(
                output,
                video,
                segments,
                rate,
                source.start_offset,
                tracks.packets(),
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


def _describe(output, video, container, source):
    old = container.streams[source.index]
    output.metadata.update(_lasting(container.metadata))
    video.metadata.update(_lasting(old.metadata))
    chapters = container.chapters()
    for number, chapter in enumerate(chapters):
        shift = int(source.start / chapter["time_base"])
        chapter["start"] = max(0, chapter["start"] - shift)
        chapter["end"] = max(0, chapter["end"] - shift)
        chapter["id"] = number
    if chapters:
        output.set_chapters(chapters)


def _lasting(metadata):
    """The part of a file's metadata that is true of its cartoon, too."""
    return {
        key: value
        for key, value in metadata.items()
        if key.lower() not in _OUTDATED
        and not key.startswith(("_STATISTICS", "NUMBER_OF", "BPS", "DURATION"))
    }


def _mux_packets(output, video, segments, rate, start_offset, others=()):
    """Writes all packets but bad ones of other streams; whether there are."""
    damaged = False
    pictures = _video_packets(segments, video, rate, start_offset)
    # Written in the order of time, or all of the sound would wait in memory.
    for _, packet in heapq.merge(pictures, others, key=lambda timed: timed[0]):
        try:
            output.mux(packet)
        except (av.FFmpegError, ValueError) as error:
            # One bad packet of sound; the next may be good.
            if packet.stream is video or isinstance(error, OSError):
                raise
            damaged = True
    return damaged


def _video_packets(segments, stream, rate, start_offset):
    """Packets with the times at which they are decoded, made again.

    Each segment has its own, which overlap where segments meet. Decoding in
    the order of showing, `delay` frames ahead, suits all of them.
    """
    delay = max(map(_delay, segments))
    waiting: list = []  # Times of the last `delay` frames.
    for number, path in enumerate(segments):
        pictures = segment_writer.read_packets(path)
        base = pictures[0].time_base
        step = round(1 / rate / base) or 1
        times = sorted(packet.pts for packet in pictures)
        after = dict(itertools.pairwise([*times, times[-1] + step]))
        if number == 0:
            waiting = [times[0] - step * n for n in range(delay, 0, -1)]
        waiting += times
        for packet in pictures:
            packet.dts = waiting.pop(0)
            packet.duration = after[packet.pts] - packet.pts
            packets.move(packet, round(start_offset / base))
            packet.stream = stream
            yield float(packet.dts * packet.time_base), packet


def _delay(path):
    """Largest number of frames that a segment's frame is shown late by."""
    times = [packet.pts for packet in segment_writer.read_packets(path)]
    rank = {time: number for number, time in enumerate(sorted(times))}
    return max(number - rank[time] for number, time in enumerate(times))
