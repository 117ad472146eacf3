"""Pillow's own limit on pixels, which readers here replace by theirs.

Pillow warns from 89 million pixels on and refuses from 179 million, which
cameras exceed. The limit is one variable for the whole process, so that it is
out of force in other threads, too, for as long as a picture is read.
"""

import contextlib
import threading
from collections.abc import Iterator

import PIL.Image

_lock = threading.Lock()
_lifts = 0  # Blocks that are running, of all threads.
_limit: int | None = None  # What it was before the first of them.


@contextlib.contextmanager
def lifted() -> Iterator[None]:
    """Lets Pillow read pictures of any size in the block.

    The first of several blocks lifts the limit, and the last puts it back.
    """
    global _lifts, _limit
    with _lock:
        if not _lifts:
            _limit = PIL.Image.MAX_IMAGE_PIXELS
            PIL.Image.MAX_IMAGE_PIXELS = None
        _lifts += 1
    try:
        yield
    finally:
        with _lock:
            _lifts -= 1
            if not _lifts:
                PIL.Image.MAX_IMAGE_PIXELS = _limit
