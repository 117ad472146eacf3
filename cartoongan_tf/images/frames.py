"""Frames of an animation."""

from typing import NamedTuple

import numpy as np
import PIL.Image


class Frame(NamedTuple):
    """One fully composited frame of an animation.

    Attributes:
        pixels: uint8 RGB array of shape `(height, width, 3)`.
        alpha: uint8 array of shape `(height, width)`, or None.
        milliseconds: Display duration.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None
    milliseconds: float


class Timeline(NamedTuple):
    """Properties of an animation as a whole.

    Attributes:
        length: Number of frames.
        plays: Number of times that the animation plays; 0 is infinite.
        has_alpha: Whether frames may be partly transparent.
    """

    length: int
    plays: int
    has_alpha: bool


def as_image(frame: Frame, has_alpha: bool) -> PIL.Image.Image:
    """Converts a frame to a Pillow image, RGBA if `has_alpha`, else RGB."""
    image = PIL.Image.fromarray(frame.pixels)
    if has_alpha:
        image.putalpha(
            255 if frame.alpha is None else PIL.Image.fromarray(frame.alpha)
        )
    return image


def changed_box(
    before: np.ndarray, after: np.ndarray
) -> tuple[slice, slice] | None:
    """Returns the bounding box of all changes, or None without any.

    Args:
        before: Array of shape `(height, width, channels)`.
        after: Array of the same shape.

    Returns:
        Slices of rows and columns.
    """
    changed = np.any(before != after, axis=2)
    rows = np.flatnonzero(changed.any(axis=1))
    if not rows.size:
        return None
    columns = np.flatnonzero(changed.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
