"""Frames of an animation."""

from typing import NamedTuple

import numpy as np
import PIL.Image


class Frame(NamedTuple):
    """One of the pictures of an animation, whole.

    Attributes:
        pixels: uint8 RGB array of shape `(height, width, 3)`.
        alpha: uint8 array of shape `(height, width)`, or None.
        milliseconds: How long it is shown.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None
    milliseconds: float


class Timeline(NamedTuple):
    """Timing of an animation's frames.

    Attributes:
        length: Number of frames.
        plays: How often all are shown, or 0 for again and again.
        has_alpha: Whether frames may be transparent in part.
    """

    length: int
    plays: int
    has_alpha: bool


def as_image(frame: Frame, has_alpha: bool) -> PIL.Image.Image:
    """A frame as Pillow has it: of mode RGBA or RGB, as all of a file."""
    image = PIL.Image.fromarray(frame.pixels)
    if has_alpha:
        image.putalpha(
            255 if frame.alpha is None else PIL.Image.fromarray(frame.alpha)
        )
    return image


def changed_box(
    before: np.ndarray, after: np.ndarray
) -> tuple[slice, slice] | None:
    """The rows and columns that hold all changes, or None if there are none.

    Args:
        before: Array of shape `(height, width, channels)`.
        after: Another one.
    """
    changed = np.any(before != after, axis=2)
    rows = np.flatnonzero(changed.any(axis=1))
    if not rows.size:
        return None
    columns = np.flatnonzero(changed.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
