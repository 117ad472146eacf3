"""Contact sheets: grids of captioned thumbnails.

Pictures are uint8 RGB of shape `(height, width, 3)`; their sizes may differ.
"""

from collections.abc import Sequence

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageOps

_BACKGROUND = (242, 242, 242)
_TEXT_COLOR = (40, 40, 40)
_GAP = 6  # Pixels.
_CAPTION_HEIGHT = 14  # Pixels.


def contact_sheet(
    pictures: Sequence[np.ndarray],
    captions: Sequence[str] | None = None,
    *,
    columns: int = 8,
    side: int = 160,
) -> np.ndarray:
    """Arranges pictures in rows.

    Args:
        pictures: One or more pictures.
        captions: One short caption per picture, or None.
        columns: Maximum number of pictures per row.
        side: Side, in pixels, of the square that each picture is scaled to
            fit, keeping its aspect ratio.

    Returns:
        uint8 RGB array.
    """
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    caption_height = _CAPTION_HEIGHT if captions else 0
    thumbnails = [
        PIL.ImageOps.contain(PIL.Image.fromarray(picture), (side, side))
        for picture in pictures
    ]
    # Rows are only as high as the highest thumbnail.
    row_height = max(thumbnail.height for thumbnail in thumbnails)
    step_x, step_y = side + _GAP, row_height + _GAP + caption_height
    size = (columns * step_x + _GAP, rows * step_y + _GAP)
    sheet = PIL.Image.new("RGB", size, _BACKGROUND)
    draw = PIL.ImageDraw.Draw(sheet)
    for number, thumbnail in enumerate(thumbnails):
        row, column = divmod(number, columns)
        left, top = _GAP + column * step_x, _GAP + row * step_y
        sheet.paste(thumbnail, (left, top))
        if captions:
            text = _truncate(draw, captions[number], side)
            draw.text((left, top + row_height), text, fill=_TEXT_COLOR)
    return np.array(sheet)


def _truncate(draw, text, width):
    if draw.textlength(text) <= width:
        return text
    while text and draw.textlength(text + "…") > width:
        text = text[:-1]
    return text + "…"
