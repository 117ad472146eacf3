"""Numbers that are none: NaN and infinity among weights."""

from collections.abc import Iterable

import numpy as np


def first_nonfinite(arrays: Iterable[tuple[str, np.ndarray]]) -> str | None:
    """Name of the first array with a value that is no number, if there is one.

    Args:
        arrays: Names and arrays of any shape and dtype.
    """
    for name, array in arrays:
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            return name
    return None
