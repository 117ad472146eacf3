"""Makes the cartoons of pictures and animations, in files and streams."""

import contextlib
import functools
import pathlib
from collections.abc import Callable
from typing import BinaryIO

import cv2
import numpy as np

from cartoongan_tf.cartoonize import settings as settings_of
from cartoongan_tf.images import animations
from cartoongan_tf.images import headers
from cartoongan_tf.images import photo_io
from cartoongan_tf.inference import postprocess
from cartoongan_tf.video import temporal_smoothing

Cartoonize = Callable[[np.ndarray], np.ndarray]
Source = pathlib.Path | bytes
Target = pathlib.Path | BinaryIO

# Pixels from which on one picture at a time is in memory.
_EXCLUSIVE_MIN_PIXELS = 20_000_000


def cartoonize_picture(
    cartoonize: Cartoonize,
    source: Source,
    target: Target,
    settings: settings_of.Settings,
    *,
    format: str,
    gate: contextlib.AbstractContextManager,
) -> str | None:
    """Makes the cartoon of one picture.

    Args:
        cartoonize: Function from a picture to its cartoon.
        source: File to read, or the bytes of one.
        target: File or stream to write.
        settings: How to read and write.
        format: What to write, a key of `formats.FORMATS`.
        gate: Held while the cartoon is computed; of a picture that fills much
            memory, while it is read and written, too.

    Returns:
        What a user should know of the source, to be read after its name, or
        None.

    Raises:
        InputError: If the source cannot be read, the target not be written,
            or the picture does not suit the model.
    """
    free = contextlib.nullcontext()
    is_huge = _is_huge(source, settings.max_pixels)
    with gate if is_huge else free:
        gate = free if is_huge else gate
        return _cartoonize_photo(
            cartoonize, source, target, settings, format, gate
        )


def cartoonize_animation(
    cartoonize: Cartoonize,
    source: Source,
    target: Target,
    settings: settings_of.Settings,
    *,
    format: str,
) -> None:
    """Makes the cartoon of an animated picture, frame by frame.

    Takes and raises what `cartoonize_picture` does.
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
        metadata=settings.kept(animation.metadata),
        quality=settings.quality,
    )


def reduced(picture: np.ndarray, max_side: int | None) -> np.ndarray:
    """A picture or a plane whose longer side is at most `max_side` pixels."""
    height, width = picture.shape[:2]
    if max_side is None or max(height, width) <= max_side:
        return picture
    scale = max_side / max(height, width)
    size = [max(1, round(side * scale)) for side in (width, height)]
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def _is_huge(source, max_pixels):
    with headers.opened(source, max_pixels) as image:
        return image.width * image.height > _EXCLUSIVE_MIN_PIXELS


def _cartoonize_photo(cartoonize, source, target, settings, format, gate):
    photo = photo_io.read_photo(source, max_pixels=settings.max_pixels)

    def gated(pixels):
        with gate:
            return cartoonize(pixels)

    cartoon, alpha = _finished(gated, photo.pixels, photo.alpha, settings)
    del photo.pixels  # A hundred megapixels are 300 MB.
    photo_io.write_photo(
        target,
        cartoon,
        alpha=alpha,
        metadata=settings.kept(photo.metadata),
        format=format,
        quality=settings.quality,
    )
    return photo.note


def _cartoonize_frame(cartoonize, settings, frame):
    cartoon, alpha = _finished(cartoonize, frame.pixels, frame.alpha, settings)
    return frame._replace(pixels=cartoon, alpha=alpha)


def _finished(cartoonize, pixels, alpha, settings):
    """A cartoon and its alpha, reduced and beside its photo where wanted."""
    photo = reduced(pixels, settings.max_side)
    if alpha is not None:
        alpha = reduced(alpha, settings.max_side)
    cartoon = cartoonize(photo)
    if not settings.compare:
        return cartoon, alpha
    if alpha is not None:
        alpha = postprocess.beside(alpha, alpha)
    return postprocess.beside(photo, cartoon), alpha
