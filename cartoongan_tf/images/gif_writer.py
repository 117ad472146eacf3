"""Frames -> GIF, with one palette for all of them.

A GIF has 256 colors. With a palette for each frame, what stands still would
change its colors from frame to frame, and with errors passed on from pixel to
pixel (Floyd and Steinberg) their grain would crawl. Here a color at a place
always becomes the same entry: the palette is made from all frames, and the
grain is a fixed pattern (Bayer, 1973). The frames wait in a temporary file for
the palette.

FFmpeg's `palettegen` and `paletteuse` would do, but its muxer refuses delays of
zero between others, and its palette misses colors by a level where there are
few. Pillow's table of nearest colors is 3 dB worse, and its `save_all` holds
all frames.
"""

import os
import struct
import tempfile
from collections.abc import Iterable
from typing import BinaryIO

import cv2
import numpy as np
import PIL.GifImagePlugin
import PIL.Image

from cartoongan_tf.images import frames

_COLORS = 255
_HOLE = 255  # The entry for transparent pixels, and for unchanged ones.
_VISIBLE = 128  # Alpha from which a pixel is opaque.
_SAMPLES = 2**18  # Pixels of all frames that make the palette.
_GRAIN = 6  # Levels between the extremes of the pattern.
_KEEP, _CLEAR = 1, 2  # What is done with a frame after its time.
_BITS = 6  # Of each channel, to look up the nearest entry.
_PNG_SPEED = [cv2.IMWRITE_PNG_COMPRESSION, 1]


def write(
    file: BinaryIO,
    pictures: Iterable[frames.Frame],
    timeline: frames.Timeline,
    options: dict,
) -> None:
    """Writes an animation, or a single frame: an `animations.Writer`.

    Times become hundredths of a second, all of them together within one.
    """
    del options  # A GIF has no qualities, and no room for the rest.
    with tempfile.TemporaryFile(dir=_folder_of(file)) as spool:
        waiting = _Waiting(spool, timeline.length)
        for frame in pictures:
            waiting.add(frame)
        palette = waiting.palette()
        _write_header(file, waiting.size, palette, timeline.plays)
        _write_frames(file, waiting, _nearest(palette))
    file.write(b";")


def _folder_of(file):
    # Where temporary files usually go there may be no room.
    name = getattr(file, "name", None)
    return (
        os.path.dirname(name) if isinstance(name, str | os.PathLike) else None
    )


class _Waiting:
    """Frames in a temporary file, and a sample of their pixels."""

    def __init__(self, spool, count):
        self._spool = spool
        self._share = max(1, _SAMPLES // count)
        self._samples = []
        self._waiting = []
        self.has_holes = False
        self.size = (0, 0)

    def add(self, frame):
        height, width, _ = frame.pixels.shape
        self.size = (width, height)
        alpha = frame.alpha
        if alpha is None:
            alpha = np.full((height, width), 255, np.uint8)
        visible = alpha >= _VISIBLE
        self.has_holes |= not visible.all()
        shown = frame.pixels[visible]
        step = max(1, len(shown) // self._share)
        # A view would keep all of the frame.
        self._samples.append(shown[::step].copy())
        packed = np.dstack([frame.pixels, visible.astype(np.uint8)])
        _, data = cv2.imencode(".png", packed, _PNG_SPEED)
        self._spool.write(data)
        self._waiting.append((len(data), frame.milliseconds))

    def palette(self):
        """An array of 255 colors or fewer."""
        samples = np.concatenate(self._samples)
        if not len(samples):
            return np.zeros((1, 3), np.uint8)
        few = PIL.Image.fromarray(samples[None]).quantize(
            _COLORS, PIL.Image.Quantize.MEDIANCUT, kmeans=2
        )
        return np.array(few.getpalette("RGB"), np.uint8).reshape(-1, 3)

    def __iter__(self):
        """Gives pixels, which of them are holes, and milliseconds."""
        self._spool.seek(0)
        for length, milliseconds in self._waiting:
            data = np.frombuffer(self._spool.read(length), np.uint8)
            packed = np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED))
            yield packed[..., :3], packed[..., 3] == 0, milliseconds


def _write_header(file, size, palette, plays):
    table = np.zeros((256, 3), np.uint8)
    table[: len(palette)] = palette
    file.write(struct.pack("<6sHHBBB", b"GIF89a", *size, 0xF7, 0, 0))
    file.write(table.tobytes())
    if plays != 1:  # Netscape counted how often it starts over.
        again = max(0, plays - 1)
        file.write(b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", again))
        file.write(b"\0")


def _write_frames(file, waiting, nearest):
    passed, written, before = 0.0, 0, None
    for pixels, holes, milliseconds in waiting:
        after = _indices(pixels, nearest)
        passed += milliseconds
        hundredths = round(passed / 10) - written
        written += hundredths
        if waiting.has_holes:
            after[holes] = _HOLE
            _write_frame(file, after, (0, 0), hundredths, _CLEAR)
        else:
            patch, offset = _patch(before, after)
            _write_frame(file, patch, offset, hundredths, _KEEP)
        before = after


def _indices(pixels, nearest):
    """Entries of the palette, by a table of those nearest to all colors."""
    height, width, _ = pixels.shape
    tiles = -(-height // 8), -(-width // 8)
    pattern = np.tile(_bayer(3), tiles)[:height, :width, None] * _GRAIN
    grained = np.clip(pixels + pattern.astype(np.float32), 0, 255)
    cells = grained.astype(np.uint8) >> (8 - _BITS)
    return nearest[cells[..., 0], cells[..., 1], cells[..., 2]]


def _patch(before, after):
    """The part that changed, with holes where it did not."""
    if before is None:
        return after, (0, 0)
    box = frames.changed_box(before[..., None], after[..., None])
    if box is None:
        return np.full((1, 1), _HOLE, np.uint8), (0, 0)
    patch = np.where(before[box] == after[box], _HOLE, after[box])
    return patch.astype(np.uint8), (box[1].start, box[0].start)


def _write_frame(file, indices, offset, hundredths, disposal):
    data = PIL.GifImagePlugin.getdata(
        PIL.Image.fromarray(indices),
        (int(offset[0]), int(offset[1])),
        duration=hundredths * 10,
        disposal=disposal,
        transparency=_HOLE,
        interlace=0,
    )
    file.writelines(data)


def _nearest(palette):
    """For all colors of 6 bits a channel the entry that is nearest."""
    steps = np.arange(2**_BITS) * 2 ** (8 - _BITS) + 2 ** (7 - _BITS)
    entries = palette.astype(np.float32)
    lengths = (entries**2).sum(axis=1)
    planes = []
    for red in steps:
        plane = np.stack(np.meshgrid(red, steps, steps, indexing="ij"), -1)
        # The square of a color is the same for all entries, and left out.
        distances = lengths - 2 * plane[0].astype(np.float32) @ entries.T
        planes.append(distances.argmin(axis=-1))
    return np.stack(planes).astype(np.uint8)


def _bayer(order):
    """A pattern of -1/2 to 1/2, of 2 ** order pixels a side."""
    pattern = np.zeros((1, 1))
    for _ in range(order):
        four = 4 * pattern
        pattern = np.block([[four, four + 2], [four + 3, four + 1]])
    return (pattern + 0.5) / pattern.size - 0.5
