"""Contact sheets: many pictures at a glance, side by side on one.

Pictures are uint8 RGB, of shape `(height, width, 3)`, each of its own size.
"""

from collections.abc import Sequence

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageOps

_PAPER = (242, 242, 242)
_INK = (40, 40, 40)
_GAP = 6
_LINE = 14  # Height of a caption.


def contact_sheet(
    pictures: Sequence[np.ndarray],
    captions: Sequence[str] | None = None,
    *,
    columns: int = 8,
    side: int = 160,
) -> np.ndarray:
    """Lays pictures out in rows.

    Args:
        pictures: At least one picture.
        captions: A short text below each, or None for none.
        columns: Most pictures in a row.
        side: Width and height, in pixels, that each picture is fitted into,
            with its sides in proportion.

    Returns:
        uint8 RGB array.
    """
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    line = _LINE if captions else 0
    thumbnails = [
        PIL.ImageOps.contain(PIL.Image.fromarray(picture), (side, side))
        for picture in pictures
    ]
    # Wide pictures need no square: no row is higher than the highest one.
    high = max(thumbnail.height for thumbnail in thumbnails)
    step_x, step_y = side + _GAP, high + _GAP + line
    size = (columns * step_x + _GAP, rows * step_y + _GAP)
    sheet = PIL.Image.new("RGB", size, _PAPER)
    draw = PIL.ImageDraw.Draw(sheet)
    for number, thumbnail in enumerate(thumbnails):
        row, column = divmod(number, columns)
        left, top = _GAP + column * step_x, _GAP + row * step_y
        sheet.paste(thumbnail, (left, top))
        if captions:
            text = _shorten(draw, captions[number], side)
            draw.text((left, top + high), text, fill=_INK)
    return np.array(sheet)


def _shorten(draw, text, width):
    if draw.textlength(text) <= width:
        return text
    while text and draw.textlength(text + "…") > width:
        text = text[:-1]
    return text + "…"
