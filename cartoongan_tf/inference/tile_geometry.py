"""Overlapping tiles of a picture, and which part of each is kept.

Each tile sees as much around its kept part as a pixel depends on. Tiles begin
where the strides of the networks do, and end at the picture's own border, so
that what is kept is what the whole picture would have given.
"""

import math
from typing import NamedTuple

STRIDE = 4  # Pixels of the picture for one where a network is smallest.


class Span(NamedTuple):
    """Rows or columns of a tile.

    Attributes:
        seen: Of the picture, what the network sees.
        kept: Of the picture, what comes from this tile.
    """

    seen: slice
    kept: slice

    @property
    def inner(self) -> slice:
        """The kept part, counted from the first that is seen."""
        first = self.seen.start
        return slice(self.kept.start - first, self.kept.stop - first)


def spans(length: int, side: int, radius: int) -> list[Span]:
    """Cuts one side of a picture into overlapping spans of equal length.

    Args:
        length: Of the side, in pixels.
        side: Of a tile, the most that the network sees; at least four times
            `radius`. A side that is shorter is one span.
        radius: Rows or columns around a pixel that it depends on.
    """
    if length <= side:
        return [Span(slice(0, length), slice(0, length))]
    # Rounding to the stride may shift a span by that much.
    overlap = 2 * radius + STRIDE
    count = math.ceil((length - overlap) / (side - STRIDE - overlap))
    # As many as are needed, and no longer than they need be.
    side = math.ceil((length + (count - 1) * overlap) / count)
    pace = (length - side) / (count - 1)
    starts = [STRIDE * int(i * pace / STRIDE) for i in range(count)]
    ends = [*(start + side for start in starts[:-1]), length]
    pairs = zip(starts[1:], ends[:-1], strict=True)
    cuts = [0, *((start + end) // 2 for start, end in pairs), length]
    return [
        Span(slice(starts[i], ends[i]), slice(cuts[i], cuts[i + 1]))
        for i in range(count)
    ]
