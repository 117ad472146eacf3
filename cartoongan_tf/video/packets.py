"""Packets of a video file, on one clock.

The clock of broadcasts and DVDs may jump: where recordings were joined, or
where one title ends. FFmpeg tells which kinds of files do that.
"""

import collections
import dataclasses
import fractions
from collections.abc import Iterator
from collections.abc import Sequence

import av

from cartoongan_tf.video import containers

_MAY_JUMP = 0x0200  # FFmpeg's AVFMT_TS_DISCONT.
# Seconds, as FFmpeg's own program has them: what lies in between is a gap.
_BACK, _AHEAD = fractions.Fraction(1, 10), 10


def may_jump(container: av.container.InputContainer) -> bool:
    """Whether the clock of such a kind of file may jump."""
    return bool(container.format.flags & _MAY_JUMP)


def moment(packet: av.Packet) -> int | None:
    """Ticks at which a packet is decoded, or else shown."""
    return packet.pts if packet.dts is None else packet.dts


def move(packet: av.Packet, ticks: int) -> None:
    """Adds ticks to the times that a packet has."""
    if packet.pts is not None:
        packet.pts += ticks
    if packet.dts is not None:
        packet.dts += ticks


class PacketReader:
    """Reads packets in the order of the file.

    Args:
        container: The file, open.

    Attributes:
        end: Seconds from the start of the file to the end of what was read,
            of any stream.
        is_broken: Whether the file broke off.
    """

    def __init__(self, container: av.container.InputContainer) -> None:
        self._container = container
        self._start = fractions.Fraction(
            container.start_time or 0, av.time_base
        )
        self._clock = _Clock() if may_jump(container) else None
        self.end = fractions.Fraction(0)
        self.is_broken = False

    def packets(
        self, streams: Sequence[av.stream.Stream]
    ) -> Iterator[av.Packet]:
        """Packets of some streams; of a whole file, the last ones are empty."""
        indices = {stream.index for stream in streams}
        # All, for the clock, and to see how far the file goes.
        for packet in self._whole():
            self._see(packet)
            if packet.stream.index in indices:
                yield packet

    def _whole(self):
        try:
            yield from containers.demuxed(self._container)
        except av.FFmpegError:
            self.is_broken = True

    def _see(self, packet):
        time = moment(packet)
        if time is None:
            return
        base = packet.time_base
        length = (packet.duration or 0) * base
        if self._clock:
            shift = self._clock.shift(packet.stream.index, time * base, length)
            move(packet, round(shift / base))
        shown = packet.dts if packet.pts is None else packet.pts
        self.end = max(self.end, shown * base + length - self._start)


class _Clock:
    """Makes one clock of one that jumps.

    A file has stretches, each with a shift of its own. Each stream goes on
    into the next one by itself, since the last sound of a stretch may come
    after the first picture of the next. A jump of single packets is a damage,
    and the stream goes on where it was.
    """

    def __init__(self):
        self._shifts = [fractions.Fraction(0)]
        self._streams = collections.defaultdict(_Stream)

    def shift(self, index, time, length):
        """Seconds to be added to a packet's time."""
        stream = self._streams[index]
        stream.place = self._place(stream, time)
        shift = self._shifts[stream.place]
        begin, stream.begin = stream.begin, time + shift
        if not length and begin is not None:
            length = stream.begin - begin
        stream.end = stream.begin + length
        return shift

    def _place(self, stream, time):
        ends = [s.end for s in self._streams.values() if s.end is not None]
        if not ends:
            return 0
        now = max(ends)
        ways = [stream.end]
        if stream.end_before_jump is not None:
            ways.append(stream.end_before_jump)
        for end in ways:
            first = now - _AHEAD if end is None else end - _BACK
            for place in self._nearest(stream.place):
                moved = time + self._shifts[place]
                if max(first, now - _AHEAD) <= moved <= now + _AHEAD:
                    stream.end_before_jump = None
                    return place
        if stream.end_before_jump is None:
            stream.end_before_jump = stream.end
        self._shifts.append(now - time)
        return len(self._shifts) - 1

    def _nearest(self, place):
        """All stretches: this one, then later ones, then earlier ones."""
        return [*range(place, len(self._shifts)), *range(place)]


@dataclasses.dataclass
class _Stream:
    place: int = 0  # Number of the stretch that it is in.
    begin: fractions.Fraction | None = None  # Of its last packet.
    end: fractions.Fraction | None = None
    end_before_jump: fractions.Fraction | None = None
