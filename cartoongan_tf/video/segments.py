"""Division of a video into segments of equal duration."""

import math
from collections.abc import Iterator

import numpy as np

from cartoongan_tf.video import reader

SEGMENT_SECONDS = 10  # The most that is lost if the work is interrupted.


def count(video: reader.VideoFile) -> int | None:
    """Returns the number of segments, or None for an unknown duration."""
    if video.seconds is None:
        return None
    return max(1, math.ceil(video.seconds / SEGMENT_SECONDS))


def first_tick(video: reader.VideoFile, number: int) -> int:
    """Returns the first tick of a segment, counted from 0."""
    return math.ceil(number * SEGMENT_SECONDS / video.time_base)


def photos(
    video: reader.VideoFile, number: int, *, is_last: bool
) -> Iterator[np.ndarray]:
    """Reads the frames of a segment.

    Args:
        video: Video to read.
        number: Number of the segment, from 0.
        is_last: Whether to read to the end of the file, which may be longer
            than declared.

    Yields:
        uint8 RGB arrays of shape `(height, width, 3)`.
    """
    end = first_tick(video, number + 1)
    for tick, picture in video.frames(first_tick(video, number)):
        if tick >= end and not is_last:
            return
        yield picture
