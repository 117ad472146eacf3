"""Segments: the stretches of equal time that a video is made in."""

import math
from collections.abc import Iterator

import numpy as np

from cartoongan_tf.video import reader

SEGMENT_SECONDS = 10  # At most so much is lost when work is stopped.


def count(video: reader.VideoFile) -> int | None:
    """Number of segments in a video's length, or None if that is not known."""
    if video.seconds is None:
        return None
    return max(1, math.ceil(video.seconds / SEGMENT_SECONDS))


def first_tick(video: reader.VideoFile, number: int) -> int:
    """The first tick of a segment; the first segment has number 0."""
    return math.ceil(number * SEGMENT_SECONDS / video.time_base)


def photos(
    video: reader.VideoFile, number: int, *, is_last: bool
) -> Iterator[np.ndarray]:
    """The frames of a segment.

    Args:
        video: The video.
        number: Of the segment, from 0.
        is_last: Whether to read on to the end: a file may be longer than it
            says.

    Yields:
        uint8 RGB arrays of shape `(height, width, 3)`.
    """
    end = first_tick(video, number + 1)
    for tick, picture in video.frames(first_tick(video, number)):
        if tick >= end and not is_last:
            return
        yield picture
