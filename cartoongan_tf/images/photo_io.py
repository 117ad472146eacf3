"""Picture files and streams <-> upright RGB, with all that they carry.

`pictures` reads what is trained on, and puts it on white. Here a photo is read
that is to be written again: its alpha, its metadata and its color profile stay
apart from its pixels.

Memory: while a file is read there are the image as decoded, at most 4 bytes a
pixel, and the array, 3 bytes; while one is written, the array and an image, or
two where it is put on white. Some files need more to be decoded at all, such as
progressive JPEGs.
"""

import contextlib
import dataclasses
import functools
import io
import pathlib
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import PIL.Image

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.images import color_modes
from cartoongan_tf.images import formats
from cartoongan_tf.images import frames
from cartoongan_tf.images import gif_writer
from cartoongan_tf.images import headers
from cartoongan_tf.images import jpeg_end
from cartoongan_tf.images import metadata as image_metadata
from cartoongan_tf.images import transparency

_QUALITY = {"AVIF": 85, "JPEG": 92, "WEBP": 90}
_FULL_COLOR = 90  # From this quality on, colors have as many pixels as light.
_LOSSLESS = 100


@dataclasses.dataclass
class Photo:
    """A picture to cartoonize.

    Attributes:
        pixels: uint8 RGB array of shape `(height, width, 3)`, the way up that
            viewers show it. Hidden by transparency, there are the colors of
            the nearest visible pixels.
        alpha: uint8 array of shape `(height, width)`, or None.
        format: The file's format, as Pillow calls it.
        metadata: What else the file carries.
        note: What a user should know of the file, to be read after its name,
            or None.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None
    format: str
    metadata: image_metadata.ImageMetadata
    note: str | None = None


def read_photo(
    source: str | pathlib.Path | bytes, *, max_pixels: int = formats.MAX_PIXELS
) -> Photo:
    """Reads a picture; of an animation or of several pages, the first.

    Args:
        source: File to read, or the bytes of one.
        max_pixels: More than that are not decoded.

    Raises:
        UnreadableImage: If the source is missing, no picture, too large, or
            damaged. A JPEG that lacks its end marker only is read.
    """
    photo = headers.read_mended(
        functools.partial(_read, max_pixels=max_pixels), source
    )
    if photo.format == "JPEG" and jpeg_end.is_missing(source):
        photo.note = jpeg_end.NOTE
    return photo


def write_photo(
    target: str | pathlib.Path | BinaryIO,
    pixels: np.ndarray,
    *,
    format: str,
    alpha: np.ndarray | None = None,
    metadata: image_metadata.ImageMetadata | None = None,
    quality: int | None = None,
) -> None:
    """Writes a picture, whole or not at all.

    Args:
        target: File or stream to write.
        pixels: uint8 RGB array of shape `(height, width, 3)`.
        format: A key of `formats.FORMATS`.
        alpha: uint8 array of shape `(height, width)`. Where the format has no
            alpha, the picture is put on white.
        metadata: What else to write, as far as the format has room for it.
        quality: 1 to 100, for formats that have one; 100 is without any loss
            as WebP. Formats without pay no heed to it.

    Raises:
        InputError: If the format cannot hold a picture of that size, or the
            file cannot be written.
        OSError: If the disk is full.
    """
    height, width, _ = pixels.shape
    formats.check_size(format, width, height)
    kept = metadata or image_metadata.ImageMetadata()
    options = {
        **image_metadata.save_options(kept, format, (width, height)),
        **quality_options(format, quality),
    }
    if format == "GIF":
        frame = frames.Frame(pixels, alpha, 0)
        with written(target) as file:
            gif_writer.write(file, [frame], frames.Timeline(1, 1, True), {})
        return
    image = _image(pixels, alpha, format)
    with written(target) as file:
        image.save(file, format, **options)


@contextlib.contextmanager
def written(target: str | pathlib.Path | BinaryIO) -> Iterator[BinaryIO]:
    """Gives a file to write into, which goes to `target` whole on success.

    Raises:
        InputError: If there can be no such file, but not for a full disk.
    """
    if not isinstance(target, str | pathlib.Path):
        whole = io.BytesIO()  # Encoders go back in what they have written.
        yield whole
        target.write(whole.getbuffer())
        return
    try:
        with (
            atomic_files.atomic_path(target) as temporary,
            open(temporary, "wb+") as file,
        ):
            yield file
    except OSError as error:
        if errors.is_out_of_space(error):
            raise
        raise errors.InputError(
            f"{target} cannot be written ({error.strerror or error}); name "
            "another output."
        ) from error


def quality_options(kind: str, quality: int | None) -> dict:
    """Options for Pillow's `save` for a quality, where a format has any."""
    quality = quality or _QUALITY.get(kind, 0)
    if kind == "PNG":  # The size of Pillow's 6 in half the time.
        return {"compress_level": 4}
    if kind == "WEBP":
        return {
            "quality": quality,
            "lossless": quality == _LOSSLESS,
            "method": 4,
        }
    if kind in ("AVIF", "JPEG"):
        colors = "4:4:4" if quality >= _FULL_COLOR else "4:2:0"
        return {"quality": quality, "subsampling": colors}
    return {}


def _read(source, max_pixels):
    with headers.opened(source, max_pixels) as image:
        headers.load(image)
        shown = color_modes.convert(image)
        kept = image_metadata.read(image, source)
        kind = "JPEG" if image.format == "MPO" else str(image.format)
    if shown.alpha is not None:
        transparency.cover_hidden(shown.colors, shown.alpha)
    return Photo(shown.colors, shown.alpha, kind, kept)


def _image(pixels, alpha, kind):
    if alpha is None:
        return PIL.Image.fromarray(pixels)
    if alpha.shape != pixels.shape[:2]:
        raise ValueError(
            f"`alpha` must be of shape {pixels.shape[:2]}, received "
            f"{alpha.shape}."
        )
    if not formats.FORMATS[kind].has_alpha:
        return transparency.on_white(pixels, alpha)
    return frames.as_image(frames.Frame(pixels, alpha, 0), has_alpha=True)
