"""Films -> RGB frames with their times, at a bounded rate.

Frames are uint8 RGB of shape `(height, width, 3)`, the way up and in the
proportions that a player shows: turned as a phone's metadata say, and widened
where pixels are not square, as on a DVD. Times are seconds from the start.

A damaged film gives what can be decoded. Interlaced films are not
deinterlaced, and HDR films keep their flat colors.
"""

import pathlib
from collections.abc import Iterator

import av
import cv2
import numpy as np

from cartoongan_tf import errors

_RUN_UP = 5.0  # Seconds to seek ahead of a time: some key frames come late.
_END = 2.0  # Seconds of sound, say, that a whole film may go on for.
_UNTAGGED = 2  # FFmpeg's AVCOL_SPC_UNSPECIFIED.
_HD = 720  # Lines from which on untagged films mean BT.709, as players do.
_ASPECTS = (0.2, 5.0)  # Pixels wider or narrower than that are mistagged.


class Film:
    """A film file.

    Args:
        path: File to open.
        flag: The flag that named the file, for messages.

    Attributes:
        seconds: Length, or None where the file does not say.
        end: Where a film that breaks off does, once its frames were read.

    Raises:
        InputError: If the file is missing, no film, or has no moving picture.
    """

    def __init__(self, path: str | pathlib.Path, flag: str):
        # Absolute, or FFmpeg would take `ep1:intro.mkv` for a protocol's.
        self.path = pathlib.Path(path).absolute()
        self.end: float | None = None
        if not self.path.is_file():
            raise errors.InputError(f"{flag}={path} is not a file.")
        try:
            with av.open(str(self.path)) as container:
                self._describe(container, flag)
        except av.FFmpegError as error:
            raise errors.InputError(
                f"{flag}={path} is not a film that can be read "
                f"({error.strerror}); play it to see whether it is whole."
            ) from error

    def frames(
        self, rate: float, start: float = 0.0
    ) -> Iterator[tuple[float, np.ndarray]]:
        """Reads frames, at most `rate` a second.

        Started again at the time of a frame that it gave, it gives that frame
        and those after it once more.

        Args:
            rate: The first frame of every 1 / `rate` seconds is given.
            start: Earlier frames are left out.

        Yields:
            Time in seconds, and the frame.
        """
        taken = -1
        for time, frame in self._from(start):
            if time >= start and int(time * rate) > taken:
                taken = int(time * rate)
                yield time, _pixels(frame, self._aspect)

    def _describe(self, container, flag):
        stream = _moving_picture(container)
        if stream is None:
            raise errors.InputError(
                f"{flag}={self.path} has no moving picture; name a film."
            )
        self._number = stream.index
        self._aspect = float(stream.sample_aspect_ratio or 1)
        self._rate = float(stream.guessed_rate or stream.average_rate or 25)
        self._is_timed = stream.start_time is not None
        self._first = float((stream.start_time or 0) * stream.time_base)
        if container.duration:
            self.seconds = container.duration / av.time_base
        elif stream.duration:
            self.seconds = float(stream.duration * stream.time_base)
        else:
            self.seconds = None

    def _from(self, start):
        """Frames from `start` or before, up to the end."""
        if self._is_timed and start > _RUN_UP:
            frames = self._decoded(start - _RUN_UP)
            first = next(frames, None)
            if first is not None and first[0] <= start:
                yield first
                yield from frames
                return
        # A file that cannot be searched is read from its beginning.
        yield from self._decoded(None)

    def _decoded(self, start):
        time, broken = -1 / self._rate, []
        with av.open(str(self.path)) as container:
            stream = container.streams[self._number]
            stream.thread_type = "AUTO"
            try:
                if start is not None:
                    place = int((start + self._first) / stream.time_base)
                    container.seek(place, stream=stream)
            except av.FFmpegError:
                return
            for frame in _decode(container, stream, broken):
                time += 1 / self._rate
                if frame.time is not None:
                    time = max(0.0, frame.time - self._first)
                yield time, frame
        short = self.seconds is not None and time < self.seconds - _END
        if broken or short:
            self.end = time


def clock(seconds: float) -> str:
    """A time as players show it: h:mm:ss."""
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"


def _moving_picture(container):
    """The largest video stream that is not the picture of a cover."""
    streams = [
        stream
        for stream in container.streams.video
        if not stream.disposition & type(stream.disposition).attached_pic
    ]
    return max(
        streams, key=lambda s: (s.width or 0) * (s.height or 0), default=None
    )


def _decode(container, stream, broken):
    """Frames up to the end, or to where the file is broken off."""
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError as error:
            broken.append(error)
            packet = None
        try:
            frames = stream.decode(packet)
        except av.FFmpegError:  # One bad packet; the next ones may be good.
            frames = []
        yield from frames
        if packet is None:
            return


def _pixels(frame, aspect):
    is_hd = frame.colorspace == _UNTAGGED and frame.height >= _HD
    pixels = frame.to_ndarray(
        format="rgb24",
        src_colorspace="ITU709" if is_hd else None,
    )
    if aspect != 1 and _ASPECTS[0] < aspect < _ASPECTS[1]:
        width = round(frame.width * aspect)
        method = cv2.INTER_AREA if aspect < 1 else cv2.INTER_CUBIC
        size = (width, frame.height)
        pixels = cv2.resize(pixels, size, interpolation=method)
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, turns))
