"""Videos -> RGB frames with their times, at a bounded rate.

Frames are uint8 RGB of shape `(height, width, 3)`, the way up and in the
proportions that a player shows: turned as a phone's metadata say, and widened
where pixels are not square, as on a DVD. Times are seconds from the start.

A damaged video gives what can be decoded. Interlaced videos are deinterlaced,
and HDR is tone mapped to SDR.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from cartoongan_tf.video import display_matrix
from cartoongan_tf.video import frame_pictures
from cartoongan_tf.video import reader

_ASPECTS = (0.2, 5.0)  # Pixels wider or narrower than that are mistagged.


def sampled(
    video: reader.VideoFile, rate: float, start: float = 0.0
) -> Iterator[tuple[float, np.ndarray]]:
    """Reads frames, at most `rate` a second.

    Started again at the time of a frame that it gave, it gives that frame and
    those after it once more.

    Args:
        video: The video.
        rate: The first frame of every 1 / `rate` seconds is given.
        start: Earlier frames are left out.

    Yields:
        Time in seconds, and the frame.
    """
    taken, picture_of = -1, frame_pictures.FramePictures()
    for time, frame in video.decoded(start):
        if time >= start and int(time * rate) > taken:
            taken = int(time * rate)
            aspect = float(video.aspect)
            if display_matrix.is_transposed(frame):
                aspect = 1 / aspect
            yield time, _stretched(picture_of(frame), aspect)


def clock(seconds: float) -> str:
    """A time as players show it: h:mm:ss."""
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"


def _stretched(pixels, aspect):
    if aspect == 1 or not _ASPECTS[0] < aspect < _ASPECTS[1]:
        return pixels
    height, width = pixels.shape[:2]
    method = cv2.INTER_AREA if aspect < 1 else cv2.INTER_CUBIC
    size = (round(width * aspect), height)
    return cv2.resize(pixels, size, interpolation=method)
