"""Cartoonizing of pictures and animations, in files and streams."""

import contextlib
import functools
import pathlib
from collections.abc import Callable
from typing import BinaryIO

import cv2
import numpy as np

from cartoongan_tf.cartoonize import settings as settings_lib
from cartoongan_tf.images import animations
from cartoongan_tf.images import headers
from cartoongan_tf.images import photo_io
from cartoongan_tf.inference import postprocess
from cartoongan_tf.video import temporal_smoothing

Cartoonize = Callable[[np.ndarray], np.ndarray]
Source = pathlib.Path | bytes
Target = pathlib.Path | BinaryIO

# Of pictures of more pixels, only one at a time is in memory.
_EXCLUSIVE_MIN_PIXELS = 20_000_000


def cartoonize_picture(
    cartoonize: Cartoonize,
    source: Source,
    target: Target,
    settings: settings_lib.Settings,
    *,
    format: str,
    compute_lock: contextlib.AbstractContextManager,
) -> str | None:
    """Cartoonizes one picture.

    Args:
        cartoonize: Function from a picture to its cartoon.
        source: Path of a file, or its contents as bytes.
        target: File or stream to write.
        settings: Settings for reading and writing.
        format: Output format, a key of `formats.FORMATS`.
        compute_lock: Lock held while the cartoon is computed; for a huge
            picture, also while it is read and written.

    Returns:
        Note on the source for the user, phrased to follow its name, or None.

    Raises:
        InputError: If the source cannot be read, the target cannot be
            written, or the picture does not suit the model.
    """
    no_lock = contextlib.nullcontext()
    is_huge = _is_huge(source, settings.max_pixels)
    with compute_lock if is_huge else no_lock:
        return _cartoonize_photo(
            cartoonize,
            source,
            target,
            settings,
            format,
            no_lock if is_huge else compute_lock,
        )


def cartoonize_animation(
    cartoonize: Cartoonize,
    source: Source,
    target: Target,
    settings: settings_lib.Settings,
    *,
    format: str,
) -> None:
    """Cartoonizes an animated picture, frame by frame.

    Arguments and errors are those of `cartoonize_picture`.
    """
    animation = animations.Animation(source, max_pixels=settings.max_pixels)
    if settings.temporal:
        cartoonize = temporal_smoothing.with_smoothing(cartoonize)
    cartoonize_frame = functools.partial(
        _cartoonize_frame, cartoonize, settings
    )
    animations.write_animation(
        target,
        map(cartoonize_frame, animation.frames()),
        animation.timeline,
        format=format,
        metadata=settings.output_metadata(animation.metadata),
        quality=settings.quality,
    )


def limit_side(picture: np.ndarray, max_side: int | None) -> np.ndarray:
    """Reduces a picture or a plane to at most `max_side` pixels per side."""
    height, width = picture.shape[:2]
    if max_side is None or max(height, width) <= max_side:
        return picture
    scale = max_side / max(height, width)
    size = [max(1, round(side * scale)) for side in (width, height)]
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def _is_huge(source, max_pixels):
    with headers.opened(source, max_pixels) as image:
        return image.width * image.height > _EXCLUSIVE_MIN_PIXELS


def _cartoonize_photo(cartoonize, source, target, settings, format, lock):
    photo = photo_io.read_photo(source, max_pixels=settings.max_pixels)

    def cartoonize_locked(pixels):
        with lock:
            return cartoonize(pixels)

    cartoon, alpha = _cartoonize_pixels(
        cartoonize_locked, photo.pixels, photo.alpha, settings
    )
    del photo.pixels  # A hundred megapixels are 300 MB.
    photo_io.write_photo(
        target,
        cartoon,
        alpha=alpha,
        metadata=settings.output_metadata(photo.metadata),
        format=format,
        quality=settings.quality,
    )
    return photo.note


def _cartoonize_frame(cartoonize, settings, frame):
    cartoon, alpha = _cartoonize_pixels(
        cartoonize, frame.pixels, frame.alpha, settings
    )
    return frame._replace(pixels=cartoon, alpha=alpha)


def _cartoonize_pixels(cartoonize, pixels, alpha, settings):
    """Returns output pixels and alpha, by `max_side` and `compare`."""
    photo = limit_side(pixels, settings.max_side)
    if alpha is not None:
        alpha = limit_side(alpha, settings.max_side)
    cartoon = cartoonize(photo)
    if not settings.compare:
        return cartoon, alpha
    if alpha is not None:
        alpha = postprocess.beside(alpha, alpha)
    return postprocess.beside(photo, cartoon), alpha
