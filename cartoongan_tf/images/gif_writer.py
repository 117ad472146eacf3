"""GIF writer with one global palette and ordered dithering.

A GIF has 256 colors. With a palette per frame, static areas would flicker, and
with error diffusion (Floyd and Steinberg) the dithering noise would crawl. With
a palette of all frames and a fixed dither pattern (Bayer, 1973), a color at a
given position always maps to the same palette entry. Frames are spooled to a
temporary file until the palette is known.

FFmpeg's `palettegen` and `paletteuse` would do, but its muxer rejects zero
delays between other ones, and its palette is off by a level for pictures of
few colors. Pillow's nearest-color lookup is 3 dB worse, and its `save_all`
keeps all frames in memory.
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

from cartoongan_tf.images import frames as frames_lib

_COLORS = 255
_TRANSPARENT = 255  # Palette entry of transparent and of unchanged pixels.
_MIN_OPAQUE_ALPHA = 128
_PALETTE_SAMPLES = 2**18  # Pixels of all frames from which to build a palette.
_DITHER_LEVELS = 6  # Peak-to-peak amplitude of the dither pattern.
_KEEP, _CLEAR = 1, 2  # GIF disposal methods.
_LOOKUP_BITS = 6  # Bits per channel of the nearest-color lookup.
_PNG_OPTIONS = [cv2.IMWRITE_PNG_COMPRESSION, 1]


def write(
    file: BinaryIO,
    frames: Iterable[frames_lib.Frame],
    timeline: frames_lib.Timeline,
    options: dict,
) -> None:
    """Writes an animation or a single frame; an `animations.Writer`.

    Delays are rounded to hundredths of a second without accumulating error.
    """
    del options  # GIF supports neither a quality nor the metadata.
    with tempfile.TemporaryFile(dir=_folder_of(file)) as temporary:
        spool = _FrameSpool(temporary, timeline.length)
        for frame in frames:
            spool.add(frame)
        palette = spool.palette()
        _write_header(file, spool.size, palette, timeline.plays)
        _write_frames(file, spool, _nearest_entries(palette))
    file.write(b";")


def _folder_of(file):
    # The default folder of temporary files may be too small.
    name = getattr(file, "name", None)
    return (
        os.path.dirname(name) if isinstance(name, str | os.PathLike) else None
    )


class _FrameSpool:
    """Frames in a temporary file, with a sample of their pixels."""

    def __init__(self, file, count):
        self._file = file
        self._samples_per_frame = max(1, _PALETTE_SAMPLES // count)
        self._samples = []
        self._records = []  # Encoded size in bytes, and milliseconds.
        self.has_transparency = False
        self.size = (0, 0)

    def add(self, frame):
        height, width, _ = frame.pixels.shape
        self.size = (width, height)
        alpha = frame.alpha
        if alpha is None:
            alpha = np.full((height, width), 255, np.uint8)
        visible = alpha >= _MIN_OPAQUE_ALPHA
        self.has_transparency |= not visible.all()
        visible_pixels = frame.pixels[visible]
        step = max(1, len(visible_pixels) // self._samples_per_frame)
        # A view would keep the whole frame in memory.
        self._samples.append(visible_pixels[::step].copy())
        packed = np.dstack([frame.pixels, visible.astype(np.uint8)])
        _, data = cv2.imencode(".png", packed, _PNG_OPTIONS)
        self._file.write(data)
        self._records.append((len(data), frame.milliseconds))

    def palette(self):
        """Returns an array of at most 255 colors."""
        samples = np.concatenate(self._samples)
        if not len(samples):
            return np.zeros((1, 3), np.uint8)
        quantized = PIL.Image.fromarray(samples[None]).quantize(
            _COLORS, PIL.Image.Quantize.MEDIANCUT, kmeans=2
        )
        return np.array(quantized.getpalette("RGB"), np.uint8).reshape(-1, 3)

    def __iter__(self):
        """Yields pixels, a mask of transparent ones, and milliseconds."""
        self._file.seek(0)
        for length, milliseconds in self._records:
            data = np.frombuffer(self._file.read(length), np.uint8)
            packed = np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED))
            yield packed[..., :3], packed[..., 3] == 0, milliseconds


def _write_header(file, size, palette, plays):
    table = np.zeros((256, 3), np.uint8)
    table[: len(palette)] = palette
    file.write(struct.pack("<6sHHBBB", b"GIF89a", *size, 0xF7, 0, 0))
    file.write(table.tobytes())
    if plays != 1:  # The NETSCAPE loop count excludes the first play.
        repeats = max(0, plays - 1)
        file.write(b"!\xff\x0bNETSCAPE2.0\x03\x01")
        file.write(struct.pack("<H", repeats) + b"\0")


def _write_frames(file, spool, nearest):
    elapsed, written, previous = 0.0, 0, None
    for pixels, is_transparent, milliseconds in spool:
        current = _dither(pixels, nearest)
        elapsed += milliseconds
        hundredths = round(elapsed / 10) - written
        written += hundredths
        if spool.has_transparency:
            current[is_transparent] = _TRANSPARENT
            _write_frame(file, current, (0, 0), hundredths, _CLEAR)
        else:
            patch, offset = _patch(previous, current)
            _write_frame(file, patch, offset, hundredths, _KEEP)
        previous = current


def _dither(pixels, nearest):
    """Returns palette indices, by a table of nearest palette entries."""
    height, width, _ = pixels.shape
    tiles = -(-height // 8), -(-width // 8)
    pattern = np.tile(_bayer_matrix(3), tiles)[:height, :width, None]
    pattern = (pattern * _DITHER_LEVELS).astype(np.float32)
    dithered = np.clip(pixels + pattern, 0, 255)
    cells = dithered.astype(np.uint8) >> (8 - _LOOKUP_BITS)
    return nearest[cells[..., 0], cells[..., 1], cells[..., 2]]


def _patch(previous, current):
    """Returns the changed rectangle, transparent where nothing changed."""
    if previous is None:
        return current, (0, 0)
    box = frames_lib.changed_box(previous[..., None], current[..., None])
    if box is None:
        return np.full((1, 1), _TRANSPARENT, np.uint8), (0, 0)
    is_same = previous[box] == current[box]
    patch = np.where(is_same, _TRANSPARENT, current[box])
    return patch.astype(np.uint8), (box[1].start, box[0].start)


def _write_frame(file, indices, offset, hundredths, disposal):
    data = PIL.GifImagePlugin.getdata(
        PIL.Image.fromarray(indices),
        (int(offset[0]), int(offset[1])),
        duration=hundredths * 10,
        disposal=disposal,
        transparency=_TRANSPARENT,
        interlace=0,
    )
    file.writelines(data)


def _nearest_entries(palette):
    """Returns the nearest palette entry for each color of 6 bits a channel."""
    levels = np.arange(2**_LOOKUP_BITS) * 2 ** (8 - _LOOKUP_BITS)
    levels += 2 ** (7 - _LOOKUP_BITS)
    entries = palette.astype(np.float32)
    squared_norms = (entries**2).sum(axis=1)
    planes = []
    for red in levels:
        plane = np.stack(np.meshgrid(red, levels, levels, indexing="ij"), -1)
        # The squared norm of the color is the same for all entries: left out.
        distances = squared_norms - 2 * plane[0].astype(np.float32) @ entries.T
        planes.append(distances.argmin(axis=-1))
    return np.stack(planes).astype(np.uint8)


def _bayer_matrix(order):
    """Returns the Bayer matrix in [-1/2, 1/2], of side `2 ** order`."""
    pattern = np.zeros((1, 1))
    for _ in range(order):
        four = 4 * pattern
        pattern = np.block([[four, four + 2], [four + 3, four + 1]])
    return (pattern + 0.5) / pattern.size - 0.5
