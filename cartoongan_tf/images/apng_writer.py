"""Frames -> animated PNG (APNG 1.0), written as they come.

Pillow would hold all frames, 7 MB for each of 1280 x 720 pixels, and FFmpeg
writes neither profiles nor texts. Of each frame only the rectangle that
changed is written, and takes the place of what was there.
"""

import fractions
import io
import itertools
import struct
from collections.abc import Iterable
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import PIL.Image
import PIL.PngImagePlugin

from cartoongan_tf.images import frames
from cartoongan_tf.images import png_chunks

_MAX_DELAY_TERM = 65_535  # Of the two numbers whose ratio is a delay.
_ONE_PIXEL = (slice(0, 1), slice(0, 1))  # A frame has one pixel at least.


def write(
    file: BinaryIO,
    pictures: Iterable[frames.Frame],
    timeline: frames.Timeline,
    options: dict,
) -> None:
    """Writes an animation: an `animations.Writer`."""
    numbers, before = itertools.count(), None
    speed = {k: v for k, v in options.items() if k == "compress_level"}
    for frame in pictures:
        image = frames.as_image(frame, timeline.has_alpha)
        after = np.asarray(image)
        if before is None:
            _begin(file, image, frame, timeline, options, next(numbers))
        else:
            box = frames.changed_box(before, after) or _ONE_PIXEL
            _control(file, next(numbers), box, frame.milliseconds)
            patch = PIL.Image.fromarray(np.ascontiguousarray(after[box]))
            for kind, data in _chunks(patch, speed):
                if kind == b"IDAT":
                    number = struct.pack(">I", next(numbers))
                    _put(file, b"fdAT", number, data)
        before = after
    _put(file, b"IEND")


def _begin(file, image, frame, timeline, options, number):
    """Writes what a whole PNG has, and around its pixels what animates it."""
    file.write(png_chunks.SIGNATURE)
    has_begun = False
    for kind, data in _chunks(image, options):
        if kind == b"IDAT" and not has_begun:
            count = struct.pack(">II", timeline.length, timeline.plays)
            _put(file, b"acTL", count)
            box = slice(0, image.height), slice(0, image.width)
            _control(file, number, box, frame.milliseconds)
            has_begun = True
        if kind != b"IEND":
            _put(file, kind, data)


def _control(file, number, box, milliseconds):
    rows, columns = box
    delay = fractions.Fraction(milliseconds / 1000).limit_denominator(
        _MAX_DELAY_TERM
    )
    data = struct.pack(
        ">IIIIIHHBB",
        number,
        columns.stop - columns.start,
        rows.stop - rows.start,
        columns.start,
        rows.start,
        min(delay.numerator, _MAX_DELAY_TERM),
        delay.denominator,
        0,  # It stays when its time is over,
        0,  # and has taken the place of what was there.
    )
    _put(file, b"fcTL", data)


def _chunks(image, options) -> Iterator[tuple[bytes, bytes]]:
    encoded = io.BytesIO()
    image.save(encoded, "PNG", **options)
    encoded.seek(0)
    for kind, length in png_chunks.walk(encoded):
        yield kind, encoded.read(length)


def _put(file, kind, *data):
    PIL.PngImagePlugin.putchunk(file, kind, *data)
