"""Pipeline stages for the frames of one video."""

import contextlib
from collections.abc import Callable
from collections.abc import Generator
from collections.abc import Iterable
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from cartoongan_tf.core import errors
from cartoongan_tf.video import temporal_smoothing


class Frame(NamedTuple):
    """A frame in the pipeline.

    Attributes:
        tick: Presentation time, in ticks of the video.
        photo: uint8 RGB of shape `(height, width, 3)`.
        cartoon: uint8 RGB of the same shape; initially the photo.
        alpha: uint8 of shape `(height, width)`, 0 where transparent, or None
            without an alpha channel to keep.
        state: State of the smoother after this frame.
    """

    tick: int
    photo: np.ndarray
    cartoon: np.ndarray
    alpha: np.ndarray | None = None
    state: temporal_smoothing.State | None = None


def cartoonize_frames(
    cartoonize: Callable[[np.ndarray], np.ndarray],
    batches: Generator[list[Frame], None, None],
    batch: int,
    name: str,
) -> Iterator[Frame]:
    """Adds cartoons to frames; `name` is the video's in messages."""
    with contextlib.closing(batches):
        for frames in batches:
            try:
                cartoons: Iterable[np.ndarray]
                if batch > 1:
                    cartoons = cartoonize(np.stack([f.photo for f in frames]))
                else:
                    cartoons = [cartoonize(frames[0].photo)]
            except errors.InputError as error:
                raise errors.InputError(f"{name}: {error}") from error
            for frame, cartoon in zip(frames, cartoons, strict=True):
                yield frame._replace(cartoon=cartoon)


def smooth_frames(
    frames: Generator[Frame, None, None],
    state: temporal_smoothing.State | None,
) -> Iterator[Frame]:
    """Smooths the cartoons of frames, starting from a smoother's state."""
    smoother = temporal_smoothing.TemporalSmoother(state)
    with contextlib.closing(frames):
        for frame in frames:
            smoothed = smoother(frame.photo, frame.cartoon)
            yield frame._replace(cartoon=smoothed, state=smoother.state)
