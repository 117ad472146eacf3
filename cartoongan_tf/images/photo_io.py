"""Reader and writer of photos with alpha, metadata and color profile.

`pictures` reads training data, composited on white. This module reads photos
that are to be written again: alpha, metadata and the color profile are kept
apart from the pixels.

Memory: reading takes the decoded image, at most 4 bytes per pixel, and the
array, 3 bytes; writing takes the array and one image, or two if composited on
white. Decoding some files, such as progressive JPEGs, takes more.
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

_DEFAULT_QUALITY = {"AVIF": 85, "JPEG": 92, "WEBP": 90}
_MIN_FULL_CHROMA_QUALITY = 90  # Below, chroma is subsampled.
_LOSSLESS_QUALITY = 100  # Of WebP.


@dataclasses.dataclass
class Photo:
    """A picture to cartoonize.

    Attributes:
        pixels: uint8 RGB array of shape `(height, width, 3)`, upright.
            Transparent pixels have the color of the nearest visible one.
        alpha: uint8 array of shape `(height, width)`, or None.
        format: Pillow's name of the file's format.
        metadata: The file's metadata.
        note: Remark for the user, phrased to follow the file's name, or None.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None
    format: str
    metadata: image_metadata.ImageMetadata
    note: str | None = None


def read_photo(
    source: str | pathlib.Path | bytes, *, max_pixels: int = formats.MAX_PIXELS
) -> Photo:
    """Reads a picture, or the first frame or page of a file.

    Args:
        source: Path of a file, or its contents as bytes.
        max_pixels: Maximum number of pixels.

    Raises:
        UnreadableImage: If the source is missing, not a picture, too large,
            or damaged. A JPEG that only lacks its end marker is read.
    """
    photo = headers.read_with_end_marker(
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
    """Writes a picture atomically.

    Args:
        target: File or stream to write.
        pixels: uint8 RGB array of shape `(height, width, 3)`.
        format: A key of `formats.FORMATS`.
        alpha: uint8 array of shape `(height, width)`. For formats without
            alpha, the picture is composited on white.
        metadata: Metadata to write, as far as the format supports it.
        quality: Quality of lossy formats, 1 to 100; 100 is lossless for WebP.
            Other formats ignore it.

    Raises:
        InputError: If the picture is too large for the format, or the file
            cannot be written.
        OSError: If the disk is full.
    """
    height, width, _ = pixels.shape
    formats.check_size(format, width, height)
    metadata = metadata or image_metadata.ImageMetadata()
    options = {
        **image_metadata.save_options(metadata, format, (width, height)),
        **quality_options(format, quality),
    }
    if format == "GIF":
        frame = frames.Frame(pixels, alpha, 0)
        with open_output(target) as file:
            gif_writer.write(file, [frame], frames.Timeline(1, 1, True), {})
        return
    image = _to_image(pixels, alpha, format)
    with open_output(target) as file:
        image.save(file, format, **options)


@contextlib.contextmanager
def open_output(target: str | pathlib.Path | BinaryIO) -> Iterator[BinaryIO]:
    """Opens a seekable file whose contents go to `target` on success.

    Raises:
        InputError: If the file cannot be written.
        OSError: If the disk is full.
    """
    if not isinstance(target, str | pathlib.Path):
        buffer = io.BytesIO()  # Encoders seek in their output.
        yield buffer
        target.write(buffer.getbuffer())
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


def quality_options(format: str, quality: int | None) -> dict:
    """Returns keyword arguments of Pillow's `save` that set the quality."""
    quality = quality or _DEFAULT_QUALITY.get(format, 0)
    if format == "PNG":  # As small as with Pillow's default 6, twice as fast.
        return {"compress_level": 4}
    if format == "WEBP":
        return {
            "quality": quality,
            "lossless": quality == _LOSSLESS_QUALITY,
            "method": 4,
        }
    if format in ("AVIF", "JPEG"):
        is_full = quality >= _MIN_FULL_CHROMA_QUALITY
        subsampling = "4:4:4" if is_full else "4:2:0"
        return {"quality": quality, "subsampling": subsampling}
    return {}


def _read(source, max_pixels):
    with headers.opened(source, max_pixels) as image:
        headers.load(image)
        pixels = color_modes.convert(image)
        metadata = image_metadata.read(image, source)
        format = "JPEG" if image.format == "MPO" else str(image.format)
    if pixels.alpha is not None:
        transparency.cover_hidden(pixels.colors, pixels.alpha)
    return Photo(pixels.colors, pixels.alpha, format, metadata)


def _to_image(pixels, alpha, format):
    if alpha is None:
        return PIL.Image.fromarray(pixels)
    if alpha.shape != pixels.shape[:2]:
        raise ValueError(
            f"`alpha` must be of shape {pixels.shape[:2]}, received "
            f"{alpha.shape}."
        )
    if not formats.FORMATS[format].has_alpha:
        return transparency.on_white(pixels, alpha)
    return frames.as_image(frames.Frame(pixels, alpha, 0), has_alpha=True)
