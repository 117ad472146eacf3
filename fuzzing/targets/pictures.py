"""Pictures of strangers, read as `cartoonize.py` and training read them."""

import contextlib
import itertools
import pathlib
import tempfile

import numpy as np

from cartoongan_tf.cartoonize import media_types
from cartoongan_tf.core import errors
from cartoongan_tf.images import animations
from cartoongan_tf.images import metadata
from cartoongan_tf.images import photo_io
from cartoongan_tf.images import pictures

_MAX_PIXELS = 1_000_000
_FRAMES = 4
_SIZE = (24, 16)


def check(data: bytes) -> None:
    """Reads a picture in all ways; what it carries is written again."""
    media_types.of_bytes(data)
    with contextlib.suppress(errors.InputError):
        photo = photo_io.read_photo(data, max_pixels=_MAX_PIXELS)
        assert photo.pixels.shape[:2] == photo.pixels[..., 0].shape
        for kind in ("JPEG", "PNG", "TIFF", "WEBP"):
            _write(photo.metadata, kind)
    with contextlib.suppress(errors.InputError):
        animation = animations.Animation(data, max_pixels=_MAX_PIXELS)
        for _ in itertools.islice(animation.frames(), _FRAMES):
            pass
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "picture")
        path.write_bytes(data)
        with contextlib.suppress(errors.InputError):
            pictures.read_picture(path)


def _write(kept: metadata.ImageMetadata, kind: str):
    with open("/dev/null", "wb") as nowhere:
        pixels = np.zeros((*_SIZE[::-1], 3), np.uint8)
        photo_io.write_photo(nowhere, pixels, metadata=kept, format=kind)
