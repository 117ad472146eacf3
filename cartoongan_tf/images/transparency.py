"""Transparency: white paper, or colors for the network where nobody sees any.

The colors under transparent pixels are seen by nobody, and are often black,
white or what was erased. A network would draw an outline where they meet the
visible ones. They are therefore replaced by the colors of the nearest visible
pixels, as if the picture went on.
"""

import cv2
import numpy as np
import PIL.Image

# Of 255. Colors this thin, once multiplied by alpha and divided again, are off
# by 16 levels and more.
_MAX_HIDDEN_ALPHA = 8
_STRIP = 512  # Rows.
# Rows above and below: beyond, no visible pixel depends on them.
_CONTEXT_ROWS = 128
_WHITE = 255


def cover_hidden(colors: np.ndarray, alpha: np.ndarray) -> None:
    """Gives hidden pixels the color of the nearest visible one, in place.

    Those without a visible pixel near by become white.

    Args:
        colors: uint8 RGB array of shape `(height, width, 3)`.
        alpha: uint8 array of shape `(height, width)`.
    """
    for top in range(0, len(alpha), _STRIP):
        first = max(0, top - _CONTEXT_ROWS)
        last = top + _STRIP + _CONTEXT_ROWS
        _cover(
            colors[first:last],
            alpha[first:last],
            slice(top - first, top - first + _STRIP),
        )


def on_white(colors: np.ndarray, alpha: np.ndarray) -> PIL.Image.Image:
    """A picture on white paper; of arrays such as `cover_hidden` takes."""
    white = PIL.Image.new("RGB", alpha.shape[::-1], "white")
    white.paste(PIL.Image.fromarray(colors), mask=PIL.Image.fromarray(alpha))
    return white


def _cover(colors, alpha, rows):
    """Covers some rows; those around them are only looked at."""
    hidden = alpha < _MAX_HIDDEN_ALPHA
    due = hidden[rows]
    if not due.any():
        return
    if hidden.all():
        colors[rows][due] = _WHITE
        return
    _, nearest = cv2.distanceTransformWithLabels(
        hidden.astype(np.uint8),
        cv2.DIST_L2,
        5,
        labelType=cv2.DIST_LABEL_PIXEL,
    )
    visible = ~hidden
    palette = np.empty((nearest.max() + 1, 3), np.uint8)
    palette[nearest[visible]] = colors[visible]
    colors[rows][due] = palette[nearest[rows][due]]
