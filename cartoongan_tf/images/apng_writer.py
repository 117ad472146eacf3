"""Streaming writer of animated PNG files (APNG 1.0).

Pillow would keep all frames in memory, 7 MB per frame of 1280 x 720 pixels,
and FFmpeg writes neither color profiles nor text. Only the changed rectangle
of each frame is written; it replaces the previous pixels there.
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

from cartoongan_tf.images import frames as frames_lib
from cartoongan_tf.images import png_chunks

_MAX_DELAY_TERM = 65_535  # Maximum of a delay's numerator and denominator.
_ONE_PIXEL = (slice(0, 1), slice(0, 1))  # A frame must not be empty.


def write(
    file: BinaryIO,
    frames: Iterable[frames_lib.Frame],
    timeline: frames_lib.Timeline,
    options: dict,
) -> None:
    """Writes an animation; implements `animations.Writer`."""
    sequence, previous = itertools.count(), None
    compression = {k: v for k, v in options.items() if k == "compress_level"}
    for frame in frames:
        image = frames_lib.as_image(frame, timeline.has_alpha)
        current = np.asarray(image)
        if previous is None:
            _write_first(file, image, frame, timeline, options, next(sequence))
        else:
            box = frames_lib.changed_box(previous, current) or _ONE_PIXEL
            _write_frame_control(file, next(sequence), box, frame.milliseconds)
            patch = PIL.Image.fromarray(np.ascontiguousarray(current[box]))
            for name, data in _chunks(patch, compression):
                if name == b"IDAT":
                    number = struct.pack(">I", next(sequence))
                    _write_chunk(file, b"fdAT", number, data)
        previous = current
    _write_chunk(file, b"IEND")


def _write_first(file, image, frame, timeline, options, number):
    """Writes the first frame as a still PNG with animation chunks added."""
    file.write(png_chunks.SIGNATURE)
    is_animated = False
    for name, data in _chunks(image, options):
        if name == b"IDAT" and not is_animated:
            control = struct.pack(">II", timeline.length, timeline.plays)
            _write_chunk(file, b"acTL", control)
            box = slice(0, image.height), slice(0, image.width)
            _write_frame_control(file, number, box, frame.milliseconds)
            is_animated = True
        if name != b"IEND":
            _write_chunk(file, name, data)


def _write_frame_control(file, number, box, milliseconds):
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
        0,  # Disposal: none, the frame stays.
        0,  # Blending: source, the frame replaces what was there.
    )
    _write_chunk(file, b"fcTL", data)


def _chunks(image, options) -> Iterator[tuple[bytes, bytes]]:
    encoded = io.BytesIO()
    image.save(encoded, "PNG", **options)
    encoded.seek(0)
    for name, length in png_chunks.walk(encoded):
        yield name, encoded.read(length)


def _write_chunk(file, name, *data):
    PIL.PngImagePlugin.putchunk(file, name, *data)
