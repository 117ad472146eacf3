"""Streaming reader and writer of animated GIF, WebP and PNG files.

Frames are fully composited, as viewers show them, not the partial updates
that a file stores. Reading keeps one frame in memory, plus the file for WebP
and AVIF; writing keeps two, plus the output encoded so far for WebP.
"""

import itertools
import pathlib
from collections.abc import Iterable
from collections.abc import Iterator
from typing import BinaryIO
from typing import Protocol

from cartoongan_tf.core import errors
from cartoongan_tf.images import apng_writer
from cartoongan_tf.images import color_modes
from cartoongan_tf.images import formats
from cartoongan_tf.images import frames as frames_lib
from cartoongan_tf.images import gif_writer
from cartoongan_tf.images import headers
from cartoongan_tf.images import metadata as image_metadata
from cartoongan_tf.images import photo_io
from cartoongan_tf.images import pillow_limit
from cartoongan_tf.images import transparency
from cartoongan_tf.images import webp_writer


class Animation:
    """An animated picture.

    Args:
        source: Path of a file, or its contents as bytes.
        max_pixels: Maximum number of pixels per frame.

    Attributes:
        timeline: Frame count, plays and alpha.
        metadata: The file's metadata.

    Raises:
        UnreadableImage: If the source is missing, not a picture, too large,
            or damaged.
    """

    def __init__(
        self,
        source: str | pathlib.Path | bytes,
        *,
        max_pixels: int = formats.MAX_PIXELS,
    ):
        self._source = source
        self._max_pixels = max_pixels
        with headers.opened(source, max_pixels) as image:
            # Some PNGs start with a still image that is not a frame.
            self._first = 1 if image.info.get("default_image") else 0
            with pillow_limit.lifted():
                length = getattr(image, "n_frames", 1) - self._first
            # In a GIF, transparency may first appear in a later frame.
            has_alpha = image.format == "GIF" or image.has_transparency_data
            self.timeline = frames_lib.Timeline(
                length, _play_count(image), has_alpha
            )
            self.metadata = image_metadata.read(image, source)

    def frames(self) -> Iterator[frames_lib.Frame]:
        """Reads the frames in order; each call starts at the first one.

        Raises:
            UnreadableImage: If the file is truncated.
        """
        with headers.opened(self._source, self._max_pixels) as image:
            for number in range(self.timeline.length):
                headers.load(image, self._first + number)
                pixels = color_modes.convert(image)
                if pixels.alpha is not None:
                    transparency.cover_hidden(pixels.colors, pixels.alpha)
                yield frames_lib.Frame(
                    pixels.colors, pixels.alpha, image.info.get("duration", 0)
                )


class Writer(Protocol):
    """Writer of animations in one format.

    Args:
        file: Seekable output file.
        frames: `timeline.length` frames of the same size. Each frame is
            released before the next one is requested.
        timeline: Frame count, plays and alpha.
        options: Keyword arguments of Pillow's `save` for the format, such as
            `quality` and `icc_profile`.
    """

    def __call__(
        self,
        file: BinaryIO,
        frames: Iterable[frames_lib.Frame],
        timeline: frames_lib.Timeline,
        options: dict,
    ) -> None: ...


def write_animation(
    target: str | pathlib.Path | BinaryIO,
    frames: Iterable[frames_lib.Frame],
    timeline: frames_lib.Timeline,
    *,
    format: str,
    metadata: image_metadata.ImageMetadata | None = None,
    quality: int | None = None,
) -> None:
    """Writes an animation atomically.

    Args:
        target: File or stream to write.
        frames: `timeline.length` frames of the same size.
        timeline: Frame count, plays and alpha.
        format: GIF, WEBP or PNG.
        metadata: Metadata to write, as far as the format supports it.
        quality: WebP quality, 1 to 100; 100 is lossless.

    Raises:
        InputError: If the format does not support animation, or the file
            cannot be written.
        ValueError: If the number of frames is not `timeline.length`.
        OSError: If the disk is full.
    """
    if format not in _WRITERS:
        raise errors.InputError(
            f"{format} does not support animation; use one of "
            f"{', '.join(_WRITERS)}."
        )
    metadata = metadata or image_metadata.ImageMetadata()
    checked = _check_count(frames, timeline.length)
    first = next(checked)
    height, width, _ = first.pixels.shape
    formats.check_size(format, width, height)
    options = {
        **image_metadata.save_options(metadata, format, (width, height)),
        **photo_io.quality_options(format, quality),
    }
    with photo_io.open_output(target) as file:
        _WRITERS[format](
            file, itertools.chain([first], checked), timeline, options
        )


_WRITERS: dict[str, Writer] = {
    "GIF": gif_writer.write,
    "PNG": apng_writer.write,
    "WEBP": webp_writer.write,
}


def _play_count(image):
    loop = image.info.get("loop")
    if image.format == "GIF":  # Its loop count excludes the first play.
        return 1 if loop is None else loop and loop + 1
    return loop or 0


def _check_count(frames, count):
    number = 0
    for number, frame in enumerate(frames, start=1):
        if number > count:
            break
        yield frame
    if number != count:
        raise ValueError(f"Expected {count} frames, received {number}.")
