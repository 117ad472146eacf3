"""Packets of a video file, with continuous timestamps.

Timestamps of broadcasts and DVDs may jump where recordings were joined or a
title ends. FFmpeg knows the container formats that allow it.
"""

import collections
import dataclasses
import fractions
from collections.abc import Iterator
from collections.abc import Sequence

import av

from cartoongan_tf.video import containers

_AVFMT_TS_DISCONT = 0x0200
# Seconds, as in FFmpeg's own program. Steps in between are gaps, not jumps.
_MAX_STEP_BACK, _MAX_GAP = fractions.Fraction(1, 10), 10


def may_jump(container: av.container.InputContainer) -> bool:
    """Whether the container format allows timestamp discontinuities."""
    return bool(container.format.flags & _AVFMT_TS_DISCONT)


def timestamp(packet: av.Packet) -> int | None:
    """Returns the decoding time of a packet, or else its presentation time."""
    return packet.pts if packet.dts is None else packet.dts


def shift(packet: av.Packet, ticks: int) -> None:
    """Adds ticks to the timestamps of a packet."""
    if packet.pts is not None:
        packet.pts += ticks
    if packet.dts is not None:
        packet.dts += ticks


class PacketReader:
    """Reads packets in file order.

    Args:
        container: Opened file.

    Attributes:
        end: Seconds from the start of the file to the end of the packets read
            so far, of all streams.
        is_truncated: Whether the file ended unexpectedly.
    """

    def __init__(self, container: av.container.InputContainer) -> None:
        self._container = container
        self._start = fractions.Fraction(
            container.start_time or 0, av.time_base
        )
        self._clock = _Clock() if may_jump(container) else None
        self.end = fractions.Fraction(0)
        self.is_truncated = False

    def packets(
        self, streams: Sequence[av.stream.Stream]
    ) -> Iterator[av.Packet]:
        """Yields the packets of some streams.

        At the end of a complete file, an empty packet of each stream follows.
        """
        indices = {stream.index for stream in streams}
        # The clock and `end` need the packets of all streams.
        for packet in self._read_all():
            self._update(packet)
            if packet.stream.index in indices:
                yield packet

    def _read_all(self):
        try:
            yield from containers.demux(self._container)
        except av.FFmpegError:
            self.is_truncated = True

    def _update(self, packet):
        time = timestamp(packet)
        if time is None:
            return
        base = packet.time_base
        duration = (packet.duration or 0) * base
        if self._clock:
            seconds = self._clock.shift(
                packet.stream.index, time * base, duration
            )
            shift(packet, round(seconds / base))
        shown = packet.dts if packet.pts is None else packet.pts
        self.end = max(self.end, shown * base + duration - self._start)


class _Clock:
    """Makes jumping timestamps continuous.

    A file consists of sections, each with its own time shift. Streams enter
    the next section independently, since the last audio of a section may come
    after the first frame of the next one. If only single packets jump, they
    are damaged, and the stream returns to its section.
    """

    def __init__(self):
        self._shifts = [fractions.Fraction(0)]  # Seconds, by section.
        self._streams = collections.defaultdict(_Stream)

    def shift(self, index, time, duration):
        """Returns the seconds to add to a packet's time."""
        stream = self._streams[index]
        stream.section = self._find_section(stream, time)
        shift = self._shifts[stream.section]
        last_start, stream.start = stream.start, time + shift
        if not duration and last_start is not None:
            duration = stream.start - last_start
        stream.end = stream.start + duration
        return shift

    def _find_section(self, stream, time):
        ends = [s.end for s in self._streams.values() if s.end is not None]
        if not ends:
            return 0
        now = max(ends)
        stream_ends = [stream.end]
        if stream.end_before_jump is not None:
            stream_ends.append(stream.end_before_jump)
        for end in stream_ends:
            first = now - _MAX_GAP if end is None else end - _MAX_STEP_BACK
            for section in self._search_order(stream.section):
                shifted = time + self._shifts[section]
                if max(first, now - _MAX_GAP) <= shifted <= now + _MAX_GAP:
                    stream.end_before_jump = None
                    return section
        if stream.end_before_jump is None:
            stream.end_before_jump = stream.end
        self._shifts.append(now - time)
        return len(self._shifts) - 1

    def _search_order(self, section):
        """Returns all sections: this one, later ones, then earlier ones."""
        return [*range(section, len(self._shifts)), *range(section)]


@dataclasses.dataclass
class _Stream:
    section: int = 0  # Index of the current section.
    start: fractions.Fraction | None = None  # Seconds of the last packet.
    end: fractions.Fraction | None = None
    end_before_jump: fractions.Fraction | None = None
