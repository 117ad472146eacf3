"""Reader of video files as frames with timestamps.

Frames are uint8 RGB of shape `(height, width, 3)`, upright, with the stored
pixel aspect ratio. Times are seconds from the first frame, or ticks of the
stream's time base, which are exact.

Of a damaged file, all decodable frames are read. Interlaced videos are
deinterlaced, 10-bit channels are reduced to 8 bits, and HDR is tone mapped to
SDR.
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

# Seconds to seek before a time, since keyframes may be late.
_SEEK_MARGIN = 5.0
# Seconds by which a complete file may be shorter than declared.
_DURATION_TOLERANCE = 2.0


class DisplayInfo(NamedTuple):
    """Display size, aspect and color metadata of a video.

    Attributes:
        size: Width and height in pixels, upright.
        aspect: Pixel aspect ratio, width by height, upright.
        matrix: Matrix coefficients, as in ITU-T H.273.
        primaries: Color primaries, as in ITU-T H.273; 2 if unspecified.
        transfer: Transfer characteristics, as in ITU-T H.273.
    """

    size: tuple[int, int]
    aspect: fractions.Fraction = fractions.Fraction(1)
    matrix: int = frame_pictures.BT709
    primaries: int = frame_pictures.UNTAGGED
    transfer: int = frame_pictures.UNTAGGED


class VideoFile:
    """A file with a video stream.

    Args:
        path: File to open.
        name: Name in messages; the path by default.

    Attributes:
        seconds: Duration, or None if the file does not declare it.
        rate: Frames per second; an estimate if the rate varies.
        time_base: Seconds per tick.
        start: Start of the file, of audio or video, in seconds of its clock.
        start_offset: Seconds from `start` to the first frame.
        aspect: Pixel aspect ratio, width by height, as stored.
        end: End in seconds of a truncated video, else None; set after
            reading.
        has_resized_frames: Whether frames of another size were fitted into
            that of the first; set after reading.

    Raises:
        InputError: If the file is missing, not a video, or has no video
            stream.
    """

    def __init__(self, path: str | pathlib.Path, name: str | None = None):
        self.path = pathlib.Path(path).absolute()
        self.name = name or str(path)
        self.end: float | None = None
        self.has_resized_frames = False
        if not self.path.is_file():
            raise errors.InputError(f"{self.name} is not a file.")
        try:
            with containers.open_input(self.path) as container:
                self._read_properties(container)
        except av.FFmpegError as error:
            raise errors.InputError(
                f"{self.name} is not a readable video ({error.strerror}); play "
                "it to check whether it is damaged."
            ) from error

    def frames(
        self, start: int = 0, *, keeps_alpha: bool = False
    ) -> Iterator[tuple[int, np.ndarray]]:
        """Reads frames, in the size of the first.

        Started at the tick of a frame that it has yielded, it yields the same
        frames again from there.

        Args:
            start: Tick at which to start.
            keeps_alpha: Whether to return RGBA instead of RGB on white.

        Yields:
            Ticks from the first frame, strictly increasing, and the picture.
        """
        tick = -1
        to_picture = frame_pictures.FramePictures(keeps_alpha=keeps_alpha)
        seconds = float(start * self.time_base)
        for time, frame in self.decode(seconds):
            tick = max(tick + 1, round(time / self.time_base))
            if tick >= start:
                picture = to_picture(frame)
                fitted = _letterbox(picture, self._size)
                self.has_resized_frames |= fitted is not picture
                yield tick, fitted

    def decode(self, start: float) -> Iterator[tuple[float, av.VideoFrame]]:
        """Yields seconds and decoded frames, from `start` or earlier."""
        if self._is_seekable and start > _SEEK_MARGIN:
            with contextlib.closing(
                self._decode(start - _SEEK_MARGIN)
            ) as frames:
                first = next(frames, None)
                if first is not None and first[0] <= start:
                    yield first
                    yield from frames
                    return
        # A file without seeking is read from its beginning.
        yield from self._decode(None)

    def display_info(self) -> tuple[DisplayInfo, list[str]]:
        """Returns display metadata, and notes on properties that get lost.

        Raises:
            InputError: If no frame can be decoded.
        """
        frame, aspect = self._first_frame, self.aspect
        is_transposed = display_matrix.is_transposed(frame)
        matrix, primaries, transfer = _color_tags(frame)
        display = DisplayInfo(
            size=self._size,
            aspect=1 / aspect if is_transposed else aspect,
            matrix=matrix,
            primaries=primaries,
            transfer=transfer,
        )
        return display, [f"{self.name} {note}" for note in _lost(frame)]

    @property
    def has_alpha(self) -> bool:
        """Whether the video has an alpha channel."""
        return frame_pictures.has_alpha(self._first_frame)

    @functools.cached_property
    def _first_frame(self):
        with contextlib.closing(self._decode(None)) as frames:
            first = next(frames, None)
        if first is None:
            raise errors.InputError(
                f"{self.name} has no frame that can be decoded; play it to "
                "check whether it is damaged."
            )
        return first[1]

    @functools.cached_property
    def _size(self):
        frame = self._first_frame
        size = frame.width, frame.height
        return size[::-1] if display_matrix.is_transposed(frame) else size

    def _read_properties(self, container):
        stream = picture_stream.choose(container)
        if stream is None:
            raise errors.InputError(
                f"{self.name} has no video stream; name a video."
            )
        if stream.codec_context is None:
            raise errors.InputError(
                f"{self.name} has a video codec that FFmpeg does not support; "
                "convert it to H.264 first."
            )
        self.index = stream.index
        self.aspect = fractions.Fraction(stream.sample_aspect_ratio or 1)
        self.rate = fractions.Fraction(
            stream.guessed_rate or stream.average_rate or 25
        )
        self.time_base = stream.time_base
        self._is_seekable = (
            stream.start_time is not None
            and not packets.may_jump(container)
            and not decoding.lacks_presentation_times(stream)
        )
        first_frame = (stream.start_time or 0) * stream.time_base
        self._first_frame_time = first_frame
        # Audio may start slightly before 0, to prime its decoder.
        start = max(0, container.start_time or 0)
        self.start = min(fractions.Fraction(start, av.time_base), first_frame)
        self.start_offset = first_frame - self.start
        if container.duration:
            self.seconds = container.duration / av.time_base
        elif stream.duration:
            self.seconds = float(stream.duration * stream.time_base)
        else:
            self.seconds = None

    def _decode(self, start):
        period = float(1 / self.rate)
        time = -period
        with containers.open_input(self.path) as container:
            stream = container.streams[self.index]
            stream.thread_type = "AUTO"
            file = packets.PacketReader(container)
            try:
                if start is not None:
                    seconds = start + self._first_frame_time
                    container.seek(
                        int(seconds / stream.time_base), stream=stream
                    )
            except av.FFmpegError:
                return
            frames = decoding.decode(file.packets([stream]), stream)
            for frame in deinterlacing.deinterlace(frames):
                time += period
                if frame.time is not None:
                    time = max(0.0, frame.time - self._first_frame_time)
                yield time, frame
        is_short = (
            self.seconds is not None
            and file.end < self.seconds - _DURATION_TOLERANCE
        )
        if file.is_truncated or is_short:
            self.end = time


def _color_tags(frame):
    """Returns matrix, primaries and transfer of a frame as a picture."""
    if frame.color_trc in frame_pictures.HDR:
        return (frame_pictures.BT709,) * 3
    untagged = frame_pictures.UNTAGGED
    matrix = frame.colorspace
    if matrix not in frame_pictures.MATRICES:
        is_hd = frame.height >= frame_pictures.MIN_HD_HEIGHT
        matrix = frame_pictures.BT709 if is_hd else frame_pictures.BT601
    return (
        matrix,
        frame.color_primaries or untagged,
        frame.color_trc or untagged,
    )


def _lost(frame):
    if frame.color_trc in frame_pictures.HDR:
        name = frame_pictures.HDR[frame.color_trc]
        yield f"is HDR ({name}); its cartoon is tone mapped to SDR."
    elif frame.format.components[0].bits > 8:
        yield (
            f"has {frame.format.components[0].bits} bits per channel; its "
            "cartoon has 8."
        )


def _letterbox(picture, size):
    """Fits a picture into another size, centered between black bars."""
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
