"""Streaming writer of animated WebP files."""

from collections.abc import Iterable
from typing import BinaryIO

import PIL.Image

from cartoongan_tf.images import frames as frames_lib

# Minimum and maximum distance of keyframes. With Pillow's 3 and 5, files are
# twice as large, and static areas jump at each keyframe.
_KEYFRAME_INTERVAL = {"kmin": 9, "kmax": 17}


def write(
    file: BinaryIO,
    frames: Iterable[frames_lib.Frame],
    timeline: frames_lib.Timeline,
    options: dict,
) -> None:
    """Writes an animation; implements `animations.Writer`."""
    sequence = _FrameSequence(frames, timeline)
    sequence.save(
        file,
        "WEBP",
        save_all=True,
        duration=sequence.durations,
        loop=timeline.plays,
        **_KEYFRAME_INTERVAL,
        **options,
    )


class _FrameSequence(PIL.Image.Image):
    """Multi-frame Pillow image that keeps only its current frame.

    Given a list of frames, Pillow would keep all of them in memory.
    """

    def __init__(self, frames, timeline):
        super().__init__()
        self._frames = iter(frames)
        self._has_alpha = timeline.has_alpha
        self._index = -1
        self.n_frames = timeline.length
        self.durations = []  # Milliseconds of the frames read so far.
        self.seek(0)

    def seek(self, frame):
        while self._index < frame:
            current = next(self._frames)
            image = frames_lib.as_image(current, self._has_alpha)
            self.im, self._mode, self._size = image.im, image.mode, image.size
            self.durations.append(current.milliseconds)
            self._index += 1

    def tell(self):
        return self._index
