"""Check of weights for NaN and infinity."""

from collections.abc import Iterable

import numpy as np


def first_nonfinite(arrays: Iterable[tuple[str, np.ndarray]]) -> str | None:
    """Returns the name of the first array with NaN or infinity, or None.

    Args:
        arrays: Names and arrays of any shape and dtype.
    """
    for name, array in arrays:
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            return name
    return None
