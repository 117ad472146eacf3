"""Animated GIF, WebP and PNG files <-> frames, one by one.

Frames are whole pictures as viewers show them, not the patches that a file
holds. Reading holds one frame at a time, and for WebP and AVIF the file;
writing holds two, and for WebP what is encoded so far.
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
from cartoongan_tf.images import frames as frames_of
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
        source: File to read, or the bytes of one.
        max_pixels: Frames of more than that are not decoded.

    Attributes:
        timeline: How the frames are shown.
        metadata: What else the file carries.

    Raises:
        UnreadableImage: If the source is missing, no picture, too large, or
            damaged.
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
            # The first picture of some PNGs is for those who show only one.
            self._first = 1 if image.info.get("default_image") else 0
            with pillow_limit.lifted():
                length = getattr(image, "n_frames", 1) - self._first
            # A later frame of a GIF may be the first to have a hole.
            has_alpha = image.format == "GIF" or image.has_transparency_data
            self.timeline = frames_of.Timeline(length, _plays(image), has_alpha)
            self.metadata = image_metadata.read(image, source)

    def frames(self) -> Iterator[frames_of.Frame]:
        """Reads the frames in their order, from the first at each call.

        Raises:
            UnreadableImage: If the file breaks off.
        """
        with headers.opened(self._source, self._max_pixels) as image:
            for number in range(self.timeline.length):
                headers.load(image, self._first + number)
                shown = color_modes.convert(image)
                if shown.alpha is not None:
                    transparency.cover_hidden(shown.colors, shown.alpha)
                yield frames_of.Frame(
                    shown.colors, shown.alpha, image.info.get("duration", 0)
                )


class Writer(Protocol):
    """Writes an animation in one format.

    Args:
        file: Where to write; seekable.
        pictures: As many frames as the timeline tells of, all of one size.
            Each is let go of before the next is asked for.
        timeline: How they are shown.
        options: What Pillow's `save` takes for a picture of the format, such
            as `quality` and `icc_profile`.
    """

    def __call__(
        self,
        file: BinaryIO,
        pictures: Iterable[frames_of.Frame],
        timeline: frames_of.Timeline,
        options: dict,
    ) -> None: ...


def write_animation(
    target: str | pathlib.Path | BinaryIO,
    frames: Iterable[frames_of.Frame],
    timeline: frames_of.Timeline,
    *,
    format: str,
    metadata: image_metadata.ImageMetadata | None = None,
    quality: int | None = None,
) -> None:
    """Writes an animation, whole or not at all.

    Args:
        target: File or stream to write.
        frames: Frames of one size, as many as the timeline tells of.
        timeline: How they are shown.
        format: GIF, WEBP or PNG.
        metadata: What else to write, as far as the format has room for it.
        quality: 1 to 100, of a WebP; 100 is without any loss.

    Raises:
        InputError: If the format holds no animations, or the file cannot be
            written.
        ValueError: If there are more or fewer frames than told.
        OSError: If the disk is full.
    """
    if format not in _WRITERS:
        raise errors.InputError(
            f"{format} holds no animations; formats that do are "
            f"{', '.join(_WRITERS)}."
        )
    kept = metadata or image_metadata.ImageMetadata()
    counted = _counted(frames, timeline.length)
    first = next(counted)
    height, width, _ = first.pixels.shape
    formats.check_size(format, width, height)
    pictures = itertools.chain([first], counted)
    options = {
        **image_metadata.save_options(kept, format, (width, height)),
        **photo_io.quality_options(format, quality),
    }
    with photo_io.written(target) as file:
        _WRITERS[format](file, pictures, timeline, options)


_WRITERS: dict[str, Writer] = {
    "GIF": gif_writer.write,
    "PNG": apng_writer.write,
    "WEBP": webp_writer.write,
}


def _plays(image):
    loop = image.info.get("loop")
    if image.format == "GIF":  # There, how often it starts over.
        return 1 if loop is None else loop and loop + 1
    return loop or 0


def _counted(frames, count):
    number = 0
    for number, frame in enumerate(frames, start=1):
        if number > count:
            break
        yield frame
    if number != count:
        raise ValueError(f"There must be {count} frames, not {number}.")
