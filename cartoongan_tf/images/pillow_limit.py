"""Suspension of Pillow's size limits; the readers here check their own.

Pillow warns from 89 million pixels on and fails from 179 million, which
cameras exceed. It also rejects a PNG with a compressed text or color profile
of more than 1 MB; here the limit is 64 MB. Pillow's limits are global
variables, so while a picture is read they are suspended in other threads, too.
"""

import contextlib
import threading
from collections.abc import Iterator

import PIL.Image
import PIL.PngImagePlugin

_PNG = PIL.PngImagePlugin
_lock = threading.Lock()
_depth = 0  # Number of active blocks in all threads.
_limits: tuple = ()  # Limits to restore.


@contextlib.contextmanager
def lifted() -> Iterator[None]:
    """Lets Pillow read pictures of any size inside the block.

    Of concurrent blocks, the first lifts the limits and the last restores
    them.
    """
    global _depth, _limits
    with _lock:
        if not _depth:
            _limits = PIL.Image.MAX_IMAGE_PIXELS, _PNG.MAX_TEXT_CHUNK
            PIL.Image.MAX_IMAGE_PIXELS = None
            _PNG.MAX_TEXT_CHUNK = _PNG.MAX_TEXT_MEMORY
        _depth += 1
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if not _depth:
                PIL.Image.MAX_IMAGE_PIXELS, _PNG.MAX_TEXT_CHUNK = _limits
