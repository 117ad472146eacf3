"""Transparency: compositing on white, and filling hidden colors.

The colors of transparent pixels are invisible, and often black, white, or left
over from erased content. A network would draw an outline where they meet
visible pixels. They are therefore replaced by the color of the nearest visible
pixel, as if the picture continued.
"""

import cv2
import numpy as np
import PIL.Image

# Out of 255. Below, colors that were multiplied and divided by alpha are off
# by 16 levels or more.
_MIN_VISIBLE_ALPHA = 8
_STRIP_ROWS = 512
# Rows above and below a strip; visible pixels depend on none farther away.
_CONTEXT_ROWS = 128
_WHITE = 255


def cover_hidden(colors: np.ndarray, alpha: np.ndarray) -> None:
    """Fills hidden pixels with the nearest visible color, in place.

    Hidden pixels far from any visible one become white.

    Args:
        colors: uint8 RGB array of shape `(height, width, 3)`.
        alpha: uint8 array of shape `(height, width)`.
    """
    for top in range(0, len(alpha), _STRIP_ROWS):
        first = max(0, top - _CONTEXT_ROWS)
        last = top + _STRIP_ROWS + _CONTEXT_ROWS
        _cover(
            colors[first:last],
            alpha[first:last],
            slice(top - first, top - first + _STRIP_ROWS),
        )


def on_white(colors: np.ndarray, alpha: np.ndarray) -> PIL.Image.Image:
    """Composites a picture on white.

    Args:
        colors: uint8 RGB array of shape `(height, width, 3)`.
        alpha: uint8 array of shape `(height, width)`.
    """
    white = PIL.Image.new("RGB", alpha.shape[::-1], "white")
    white.paste(PIL.Image.fromarray(colors), mask=PIL.Image.fromarray(alpha))
    return white


def _cover(colors, alpha, rows):
    """Fills hidden pixels of `rows`; the other rows are context."""
    hidden = alpha < _MIN_VISIBLE_ALPHA
    to_fill = hidden[rows]
    if not to_fill.any():
        return
    if hidden.all():
        colors[rows][to_fill] = _WHITE
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
    colors[rows][to_fill] = palette[nearest[rows][to_fill]]
