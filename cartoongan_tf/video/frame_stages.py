"""Stages that the frames of one video go through, one after the other."""

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
    """A frame on its way.

    Attributes:
        tick: Its time, in ticks of the video.
        photo: uint8 RGB of shape `(height, width, 3)`.
        cartoon: The same of its cartoon; the photo before there is one.
        alpha: uint8 of shape `(height, width)`, 0 where it is transparent; None
            if it is nowhere, or that is not kept.
        memory: What the smoother knows after it.
    """

    tick: int
    photo: np.ndarray
    cartoon: np.ndarray
    alpha: np.ndarray | None = None
    memory: temporal_smoothing.Memory | None = None


def cartoons(
    cartoonize: Callable[[np.ndarray], np.ndarray],
    batches: Generator[list[Frame], None, None],
    batch: int,
    name: str,
) -> Iterator[Frame]:
    """Frames with their cartoons; `name` is the video's in messages."""
    with contextlib.closing(batches):
        for frames in batches:
            try:
                made: Iterable[np.ndarray]
                if batch > 1:
                    made = cartoonize(np.stack([f.photo for f in frames]))
                else:
                    made = [cartoonize(frames[0].photo)]
            except errors.InputError as error:
                raise errors.InputError(f"{name}: {error}") from error
            for frame, cartoon in zip(frames, made, strict=True):
                yield frame._replace(cartoon=cartoon)


def smoothed(
    frames: Generator[Frame, None, None],
    memory: temporal_smoothing.Memory | None,
) -> Iterator[Frame]:
    """Frames with smoothed cartoons, going on from a memory."""
    smoother = temporal_smoothing.TemporalSmoother(memory)
    with contextlib.closing(frames):
        for frame in frames:
            smoothed = smoother(frame.photo, frame.cartoon)
            yield frame._replace(cartoon=smoothed, memory=smoother.memory)
