"""Writer of segments: parts of a video, encoded without audio.

A segment is a file in FFmpeg's NUT format, which stores timestamps of any time
base exactly. Pictures are uint8 RGB of shape `(height, width, 3)`, or RGBA.

H.264 and H.265 support even sizes only. For them, the last row or column of
an odd picture is duplicated; no pixel is resampled.
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
# NUT supports neither VP9 with alpha nor ProRes. Matroska has ticks of a
# millisecond, like the output formats that support VP9 with alpha.
_OTHER_FORMATS = {"vp9": "matroska", "prores": "mov"}

# Frames per second declared to encoders; the AV1 encoder rejects higher ones.
_MAX_RATE = fractions.Fraction(240)
_TIME_OFFSET = 10  # Seconds added to all times: NUT stores no negative ones.

_AVCOL_RANGE_MPEG = 1  # Limited range, 16 to 235.
# Exact conversions; FFmpeg's fast ones are off by up to 4 levels.
_SCALER_FLAGS = (
    av.video.reformatter.Interpolation.BICUBIC
    | av.video.reformatter.Interpolation.ACCURATE_RND
    | av.video.reformatter.Interpolation.FULL_CHR_H_INP
)
_SCALERS = {1: "ITU709", 5: "ITU601", 6: "ITU601", 9: "BT2020"}


class SegmentWriter:
    """Streaming encoder of one segment; a context manager.

    Args:
        path: File to write.
        encoding: Encoding of the video.
        display: Display properties; pictures of another size are scaled.
        time_base: Seconds per tick.
        rate: Nominal frames per second.

    Attributes:
        count: Number of pictures written.
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
        # A time base in which `_TIME_OFFSET` is a whole number of ticks.
        self._ticks = time_base.numerator
        self._time_base = fractions.Fraction(1, time_base.denominator)
        os.environ.setdefault("SVT_LOG", "1")  # Errors only, for AV1.
        needs_other = encoding.has_alpha or encoding.codec == "prores"
        format = _OTHER_FORMATS[encoding.codec] if needs_other else FORMAT
        self._pixels = encoding.pixels
        # MOV stores the delay of the first frame in the movie's time scale.
        time_scale = {"movie_timescale": str(time_base.denominator)}
        self._container = containers.open_output(
            path, format, time_scale if format == "mov" else None
        )
        stream = self._container.add_stream(
            encoding.encoder,
            min(rate, _MAX_RATE),
            options=dict(encoding.options),
        )
        self._stream = cast(av.VideoStream, stream)
        self._configure()

    def __enter__(self) -> "SegmentWriter":
        return self

    def __exit__(self, error_type: type | None, *details) -> None:
        with self._container:
            if error_type is None:  # Flushes the encoder.
                self._container.mux(self._stream.encode(None))

    def write(self, tick: int, picture: np.ndarray) -> None:
        """Encodes a picture; `tick` must be greater than the previous one."""
        format = "rgba" if picture.shape[2] == 4 else "rgb24"
        frame = av.VideoFrame.from_ndarray(self._pad(picture), format)
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

    def _configure(self):
        context = self._stream.codec_context
        width, height = self._display.size
        if self._even:
            width, height = width + width % 2, height + height % 2
        self._stream.width, self._stream.height = width, height
        self._stream.pix_fmt = self._pixels
        context.time_base = self._time_base
        context.sample_aspect_ratio = self._display.aspect
        self._tag(context)

    def _tag(self, frame_or_context):
        frame_or_context.colorspace = self._display.matrix
        frame_or_context.color_primaries = self._display.primaries
        frame_or_context.color_trc = self._display.transfer
        frame_or_context.color_range = _AVCOL_RANGE_MPEG

    def _pad(self, picture):
        height, width = picture.shape[:2]
        if not self._even or (width, height) != self._display.size:
            return picture
        padding = (0, height % 2), (0, width % 2), (0, 0)
        return np.pad(picture, padding, "edge")


def read_packets(path: pathlib.Path) -> list[av.Packet]:
    """Reads the packets of a segment, in decoding order.

    Presentation times are those written, in the packet's own `time_base`;
    decoding times are removed, for the muxer to set.
    """
    with containers.open_input(path) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
    for packet in packets:
        assert packet.pts is not None  # `SegmentWriter` writes all of them.
        packet.pts -= round(_TIME_OFFSET / packet.time_base)
        packet.dts = None
    return packets
