"""Video files -> frames with their times: what reads all that moves.

Frames are uint8 RGB of shape `(height, width, 3)`, the way up that a player
shows, as stored otherwise: pixels that are not square stay so. Times are
seconds from the first frame, or ticks of the file's own clock, which are
exact.

A damaged file gives what can be decoded. Interlaced videos are deinterlaced.
10 bits a channel become 8, and HDR is tone mapped to SDR.
"""

import contextlib
import fractions
import functools
import pathlib
from collections.abc import Iterator
from typing import NamedTuple

import av
import cv2
import numpy as np

from cartoongan_tf.core import errors
from cartoongan_tf.video import containers
from cartoongan_tf.video import decoding
from cartoongan_tf.video import deinterlacing
from cartoongan_tf.video import display_matrix
from cartoongan_tf.video import frame_pictures
from cartoongan_tf.video import packets
from cartoongan_tf.video import picture_stream

# Seconds to seek ahead of a time: some key frames come late.
_SEEK_MARGIN = 5.0
# Seconds that a whole file may be shorter by than it says.
_SPARE = 2.0


class DisplayInfo(NamedTuple):
    """Display size, aspect and color metadata of a video.

    Attributes:
        size: Width and height in pixels, upright.
        aspect: Width of a pixel, in its heights, upright.
        matrix: Between RGB and YCbCr, as in ITU-T H.273.
        primaries: The same of the primaries; 2 if the file does not say.
        transfer: The same of the curve.
    """

    size: tuple[int, int]
    aspect: fractions.Fraction = fractions.Fraction(1)
    matrix: int = frame_pictures.BT709
    primaries: int = frame_pictures.UNTAGGED
    transfer: int = frame_pictures.UNTAGGED


class VideoFile:
    """A file with a moving picture.

    Args:
        path: File to open.
        name: What to call it in messages; the path by default.

    Attributes:
        seconds: Length, or None where the file does not say.
        rate: Frames a second; of uneven ones a guess.
        time_base: Seconds a tick.
        start: Seconds, by the clock of the file, that are its start.
        start_offset: Seconds from that, which may be one of sound, to the
            first frame.
        aspect: Width of a pixel, in its heights, as stored.
        end: Where a video that breaks off does, once its frames were read.
        is_fitted: Whether frames of other sizes than the first one's were
            fitted into that, once they were read.

    Raises:
        InputError: If the file is missing, no video, or has no moving picture.
    """

    def __init__(self, path: str | pathlib.Path, name: str | None = None):
        self.path = pathlib.Path(path).absolute()
        self.name = name or str(path)
        self.end: float | None = None
        self.is_fitted = False
        if not self.path.is_file():
            raise errors.InputError(f"{self.name} is not a file.")
        try:
            with containers.opened(self.path) as container:
                self._describe(container)
        except av.FFmpegError as error:
            raise errors.InputError(
                f"{self.name} is not a video that can be read "
                f"({error.strerror}); play it to see whether it is whole."
            ) from error

    def frames(
        self, start: int = 0, *, keeps_alpha: bool = False
    ) -> Iterator[tuple[int, np.ndarray]]:
        """Reads all frames, in the size of the first.

        Started again at the tick of a frame that it gave, it gives that frame
        and those after it once more.

        Args:
            start: Earlier frames are left out.
            keeps_alpha: Whether pictures are RGBA, in place of RGB on white.

        Yields:
            Ticks from the first frame, strictly increasing, and the picture.
        """
        last = -1
        picture_of = frame_pictures.FramePictures(keeps_alpha=keeps_alpha)
        seconds = float(start * self.time_base)
        for time, frame in self.decoded(seconds):
            last = max(last + 1, round(time / self.time_base))
            if last >= start:
                picture = picture_of(frame)
                fitted = _fitted(picture, self._size)
                self.is_fitted |= fitted is not picture
                yield last, fitted

    def decoded(self, start: float) -> Iterator[tuple[float, av.VideoFrame]]:
        """Frames as they are decoded, from `start` or before, to the end."""
        if self._is_timed and start > _SEEK_MARGIN:
            with contextlib.closing(
                self._decoded(start - _SEEK_MARGIN)
            ) as frames:
                first = next(frames, None)
                if first is not None and first[0] <= start:
                    yield first
                    yield from frames
                    return
        # A file that cannot be searched is read from its beginning.
        yield from self._decoded(None)

    def display_info(self) -> tuple[DisplayInfo, list[str]]:
        """Display metadata, and messages on what is lost of it.

        Raises:
            InputError: If no frame can be decoded.
        """
        frame, aspect = self._first_frame, self.aspect
        is_turned = display_matrix.is_transposed(frame)
        matrix, primaries, transfer = _colors(frame)
        display = DisplayInfo(
            size=self._size,
            aspect=1 / aspect if is_turned else aspect,
            matrix=matrix,
            primaries=primaries,
            transfer=transfer,
        )
        return display, [f"{self.name} {loss}" for loss in _losses(frame)]

    @property
    def has_alpha(self) -> bool:
        """Whether its frames can be transparent."""
        return frame_pictures.has_alpha(self._first_frame)

    @functools.cached_property
    def _first_frame(self):
        with contextlib.closing(self._decoded(None)) as frames:
            first = next(frames, None)
        if first is None:
            raise errors.InputError(
                f"{self.name} has no frame that can be decoded; play it to "
                "see whether it is whole."
            )
        return first[1]

    @functools.cached_property
    def _size(self):
        frame = self._first_frame
        size = frame.width, frame.height
        return size[::-1] if display_matrix.is_transposed(frame) else size

    def _describe(self, container):
        stream = picture_stream.chosen(container)
        if stream is None:
            raise errors.InputError(
                f"{self.name} has no moving picture; name a video."
            )
        if stream.codec_context is None:
            raise errors.InputError(
                f"{self.name} has a picture of a codec that FFmpeg does not "
                "know; convert it to H.264 first."
            )
        self.index = stream.index
        self.aspect = fractions.Fraction(stream.sample_aspect_ratio or 1)
        self.rate = fractions.Fraction(
            stream.guessed_rate or stream.average_rate or 25
        )
        self.time_base = stream.time_base
        self._is_timed = (
            stream.start_time is not None
            and not packets.may_jump(container)
            and not decoding.lacks_times(stream)
        )
        self._first = (stream.start_time or 0) * stream.time_base
        # Sound may begin a little before 0, to give its decoder a run-up.
        start = max(0, container.start_time or 0)
        self.start = min(fractions.Fraction(start, av.time_base), self._first)
        self.start_offset = self._first - self.start
        if container.duration:
            self.seconds = container.duration / av.time_base
        elif stream.duration:
            self.seconds = float(stream.duration * stream.time_base)
        else:
            self.seconds = None

    def _decoded(self, start):
        period = float(1 / self.rate)
        time = -period
        with containers.opened(self.path) as container:
            stream = container.streams[self.index]
            stream.thread_type = "AUTO"
            file = packets.PacketReader(container)
            try:
                if start is not None:
                    place = int((start + self._first) / stream.time_base)
                    container.seek(place, stream=stream)
            except av.FFmpegError:
                return
            frames = decoding.decoded(file.packets([stream]), stream)
            for frame in deinterlacing.deinterlaced(frames):
                time += period
                if frame.time is not None:
                    time = max(0.0, frame.time - self._first)
                yield time, frame
        short = self.seconds is not None and file.end < self.seconds - _SPARE
        if file.is_broken or short:
            self.end = time


def _colors(frame):
    """Matrix, primaries and curve of the pictures of a frame."""
    if frame.color_trc in frame_pictures.HDR:
        return (frame_pictures.BT709,) * 3
    untagged = frame_pictures.UNTAGGED
    matrix = frame.colorspace
    if matrix not in frame_pictures.MATRICES:
        is_hd = frame.height >= frame_pictures.HD
        matrix = frame_pictures.BT709 if is_hd else frame_pictures.BT601
    return (
        matrix,
        frame.color_primaries or untagged,
        frame.color_trc or untagged,
    )


def _losses(frame):
    if frame.color_trc in frame_pictures.HDR:
        name = frame_pictures.HDR[frame.color_trc]
        yield f"is HDR ({name}); its cartoon is tone mapped to SDR."
    elif frame.format.components[0].bits > 8:
        yield (
            f"has {frame.format.components[0].bits} bits a channel; its "
            "cartoon has 8."
        )


def _fitted(picture, size):
    """A whole picture in another size, in the middle between black bars."""
    height, width = picture.shape[:2]
    if (width, height) == size:
        return picture
    scale = min(size[0] / width, size[1] / height)
    inner = [max(1, round(side * scale)) for side in (width, height)]
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    picture = cv2.resize(picture, inner, interpolation=method)
    left, top = ((a - b) // 2 for a, b in zip(size, inner, strict=True))
    right, bottom = size[0] - inner[0] - left, size[1] - inner[1] - top
    return cv2.copyMakeBorder(
        picture, top, bottom, left, right, cv2.BORDER_CONSTANT
    )
