"""Segments: stretches of a video, encoded without sound, to be joined.

A segment is a file of FFmpeg's NUT kind, which keeps the ticks of any clock
exactly. Pictures are uint8 RGB of shape `(height, width, 3)`, or RGBA.

H.264 and H.265 hold even sizes only. For them an odd picture gets its last
row or column twice; no pixel is resampled.
"""

import fractions
import os
import pathlib
from typing import cast

import av
import numpy as np

from cartoongan_tf.video import codecs
from cartoongan_tf.video import containers
from cartoongan_tf.video import reader

FORMAT = "nut"
# NUT holds neither an alpha channel of VP9 nor ProRes. Matroska's ticks are
# milliseconds, as those of the files that can have such a channel.
_OTHER_FORMATS = {"vp9": "matroska", "prores": "mov"}

# Frames a second that an encoder is told; AV1's refuses more.
_FASTEST = fractions.Fraction(240)
_TIME_OFFSET = 10  # Seconds added to all times: such a file holds none below 0.

_LIMITED = 1  # FFmpeg's AVCOL_RANGE_MPEG, 16 to 235.
# Exact conversions: FFmpeg's quick ones are off by up to 4 levels.
_SCALER_FLAGS = (
    av.video.reformatter.Interpolation.BICUBIC
    | av.video.reformatter.Interpolation.ACCURATE_RND
    | av.video.reformatter.Interpolation.FULL_CHR_H_INP
)
_SCALERS = {1: "ITU709", 5: "ITU601", 6: "ITU601", 9: "BT2020"}


class SegmentWriter:
    """Encodes pictures as they come; to be used in a `with` statement.

    Args:
        path: File to write.
        encoding: How.
        display: How frames are shown; those of another size are scaled to it.
        time_base: Seconds a tick.
        rate: Frames a second, or about that.

    Attributes:
        count: Pictures written.
    """

    def __init__(
        self,
        path: pathlib.Path,
        encoding: codecs.Encoding,
        display: reader.DisplayInfo,
        *,
        time_base: fractions.Fraction,
        rate: fractions.Fraction,
    ) -> None:
        self.count = 0
        self._display, self._even = display, encoding.even
        # One in which `_TIME_OFFSET` is a whole number, as in any file.
        self._ticks = time_base.numerator
        self._time_base = fractions.Fraction(1, time_base.denominator)
        os.environ.setdefault("SVT_LOG", "1")  # Errors only, for AV1.
        needs_other = encoding.has_alpha or encoding.codec == "prores"
        format = _OTHER_FORMATS[encoding.codec] if needs_other else FORMAT
        self._pixels = encoding.pixels
        # MOV counts the time ahead of the first frame in ticks of its own.
        ticks = {"movie_timescale": str(time_base.denominator)}
        self._container = containers.created(
            path, format, ticks if format == "mov" else None
        )
        stream = self._container.add_stream(
            encoding.encoder,
            min(rate, _FASTEST),
            options=dict(encoding.options),
        )
        self._stream = cast(av.VideoStream, stream)
        self._describe()

    def __enter__(self) -> "SegmentWriter":
        return self

    def __exit__(self, kind: type | None, *details) -> None:
        with self._container:
            if kind is None:  # What the encoder holds back.
                self._container.mux(self._stream.encode(None))

    def write(self, tick: int, picture: np.ndarray) -> None:
        """Encodes a picture; `tick` must be above the last one."""
        format = "rgba" if picture.shape[2] == 4 else "rgb24"
        frame = av.VideoFrame.from_ndarray(self._padded(picture), format)
        frame = frame.reformat(
            width=self._stream.width,
            height=self._stream.height,
            format=self._pixels,
            dst_colorspace=_SCALERS[self._display.matrix],
            dst_color_range="MPEG",
            interpolation=_SCALER_FLAGS,
        )
        self._tag(frame)
        frame.time_base = self._time_base
        frame.pts = tick * self._ticks + round(_TIME_OFFSET / self._time_base)
        self._container.mux(self._stream.encode(frame))
        self.count += 1

    def _describe(self):
        context = self._stream.codec_context
        width, height = self._display.size
        if self._even:
            width, height = width + width % 2, height + height % 2
        self._stream.width, self._stream.height = width, height
        self._stream.pix_fmt = self._pixels
        context.time_base = self._time_base
        context.sample_aspect_ratio = self._display.aspect
        self._tag(context)

    def _tag(self, thing):
        thing.colorspace = self._display.matrix
        thing.color_primaries = self._display.primaries
        thing.color_trc = self._display.transfer
        thing.color_range = _LIMITED

    def _padded(self, picture):
        height, width = picture.shape[:2]
        if not self._even or (width, height) != self._display.size:
            return picture
        more = (0, height % 2), (0, width % 2), (0, 0)
        return np.pad(picture, more, "edge")


def read_packets(path: pathlib.Path) -> list[av.Packet]:
    """The packets of a segment, in the order of decoding.

    Their times to be shown are those that were written, in a `time_base` of
    their own; those to be decoded are to be made again.
    """
    with containers.opened(path) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
    for packet in packets:
        assert packet.pts is not None  # Such a file has all of them.
        packet.pts -= round(_TIME_OFFSET / packet.time_base)
        packet.dts = None
    return packets
