"""Pillow's own limits, which readers here replace by theirs.

Pillow warns from 89 million pixels on and refuses from 179 million, which
cameras exceed; and it refuses a PNG with a compressed text or color profile of
more than a megabyte, which 64 here are. The limits are variables for the whole
process, so that they are out of force in other threads, too, for as long as a
picture is read.
"""

import contextlib
import threading
from collections.abc import Iterator

import PIL.Image
import PIL.PngImagePlugin

_PNG = PIL.PngImagePlugin
_lock = threading.Lock()
_lifts = 0  # Blocks that are running, of all threads.
_limits: tuple = ()  # What they were before the first of them.


@contextlib.contextmanager
def lifted() -> Iterator[None]:
    """Lets Pillow read pictures of any size in the block.

    The first of several blocks lifts the limits, and the last puts them back.
    """
    global _lifts, _limits
    with _lock:
        if not _lifts:
            _limits = PIL.Image.MAX_IMAGE_PIXELS, _PNG.MAX_TEXT_CHUNK
            PIL.Image.MAX_IMAGE_PIXELS = None
            _PNG.MAX_TEXT_CHUNK = _PNG.MAX_TEXT_MEMORY
        _lifts += 1
    try:
        yield
    finally:
        with _lock:
            _lifts -= 1
            if not _lifts:
                PIL.Image.MAX_IMAGE_PIXELS, _PNG.MAX_TEXT_CHUNK = _limits
