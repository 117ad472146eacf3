"""Sampling of video frames at a limited rate.

Frames are uint8 RGB of shape `(height, width, 3)`, as a player shows them:
rotated by the metadata of phones, and with square pixels, which those of a DVD
are not. Times are in seconds from the start.

Of a damaged video, all decodable frames are read. Interlaced videos are
deinterlaced, and HDR is tone mapped to SDR.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from cartoongan_tf.video import display_matrix
from cartoongan_tf.video import frame_pictures
from cartoongan_tf.video import reader

_MIN_ASPECT, _MAX_ASPECT = 0.2, 5.0  # Others are assumed to be wrong tags.


def sample_frames(
    video: reader.VideoFile, rate: float, start: float = 0.0
) -> Iterator[tuple[float, np.ndarray]]:
    """Reads at most `rate` frames per second.

    Started at the time of a frame that it has yielded, it yields the same
    frames again from there.

    Args:
        video: Video to read.
        rate: Sampling rate; the first frame of each interval of 1 / `rate`
            seconds is read.
        start: Seconds at which to start.

    Yields:
        Time in seconds, and the frame.
    """
    interval, to_picture = -1, frame_pictures.FramePictures()
    for time, frame in video.decode(start):
        if time >= start and int(time * rate) > interval:
            interval = int(time * rate)
            aspect = float(video.aspect)
            if display_matrix.is_transposed(frame):
                aspect = 1 / aspect
            yield time, _with_square_pixels(to_picture(frame), aspect)


def format_time(seconds: float) -> str:
    """Formats a time as h:mm:ss."""
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"


def _with_square_pixels(pixels, aspect):
    if aspect == 1 or not _MIN_ASPECT < aspect < _MAX_ASPECT:
        return pixels
    height, width = pixels.shape[:2]
    method = cv2.INTER_AREA if aspect < 1 else cv2.INTER_CUBIC
    size = (round(width * aspect), height)
    return cv2.resize(pixels, size, interpolation=method)
