"""Overlapping tiles of a picture, and the part of each that is kept.

Each tile extends beyond its kept part by the receptive-field radius. Tiles are
aligned to the networks' stride and end at the picture's border, so that kept
parts equal the result for the whole picture.
"""

import math
from typing import NamedTuple

STRIDE = 4  # Total downsampling factor of the networks.


class Span(NamedTuple):
    """Rows or columns of a tile.

    Attributes:
        seen: The network's input, in the picture's coordinates.
        kept: The part that is kept, in the picture's coordinates.
    """

    seen: slice
    kept: slice

    @property
    def inner(self) -> slice:
        """The kept part, in the tile's coordinates."""
        first = self.seen.start
        return slice(self.kept.start - first, self.kept.stop - first)


def spans(length: int, side: int, radius: int) -> list[Span]:
    """Splits one side of a picture into overlapping spans of equal length.

    Args:
        length: Length of the side, in pixels.
        side: Maximum side of a tile, in pixels, at least four times `radius`.
            A picture's side up to that is one span.
        radius: Receptive-field radius, in pixels.
    """
    if length <= side:
        return [Span(slice(0, length), slice(0, length))]
    # Rounding to the stride may shift a span by up to one stride.
    overlap = 2 * radius + STRIDE
    count = math.ceil((length - overlap) / (side - STRIDE - overlap))
    # The fewest spans, each as short as possible.
    side = math.ceil((length + (count - 1) * overlap) / count)
    step = (length - side) / (count - 1)
    starts = [STRIDE * int(i * step / STRIDE) for i in range(count)]
    ends = [*(start + side for start in starts[:-1]), length]
    pairs = zip(starts[1:], ends[:-1], strict=True)
    cuts = [0, *((start + end) // 2 for start, end in pairs), length]
    return [
        Span(slice(starts[i], ends[i]), slice(cuts[i], cuts[i + 1]))
        for i in range(count)
    ]
