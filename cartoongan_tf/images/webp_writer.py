"""Frames -> animated WebP, encoded as they come."""

from collections.abc import Iterable
from typing import BinaryIO

import PIL.Image

from cartoongan_tf.images import frames

# Frames between whole ones, at least and at most. Pillow's 3 and 5 make files
# twice as large, and still parts of the picture twitch with each whole frame.
_SPACING = {"kmin": 9, "kmax": 17}


def write(
    file: BinaryIO,
    pictures: Iterable[frames.Frame],
    timeline: frames.Timeline,
    options: dict,
) -> None:
    """Writes an animation: an `animations.Writer`."""
    reel = _Reel(pictures, timeline)
    reel.save(
        file,
        "WEBP",
        save_all=True,
        duration=reel.durations,
        loop=timeline.plays,
        **_SPACING,
        **options,
    )


class _Reel(PIL.Image.Image):
    """A fake image of many frames for Pillow, of which there is one.

    Given a list of frames, Pillow would hold all of them.
    """

    def __init__(self, pictures, timeline):
        super().__init__()
        self._pictures = iter(pictures)
        self._has_alpha = timeline.has_alpha
        self._at = -1
        self.n_frames = timeline.length
        self.durations = []  # Known for the frames so far.
        self.seek(0)

    def seek(self, frame):
        while self._at < frame:
            shown = next(self._pictures)
            image = frames.as_image(shown, self._has_alpha)
            self.im, self._mode, self._size = image.im, image.mode, image.size
            self.durations.append(shown.milliseconds)
            self._at += 1

    def tell(self):
        return self._at
