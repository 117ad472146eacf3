"""Tiled inference: pictures of any size in the memory of one tile."""

import functools
import itertools
import math

import keras
import numpy as np
import tensorflow as tf

from cartoongan_tf.analysis import shot_detection
from cartoongan_tf.core import errors
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import shared_norms
from cartoongan_tf.inference import tile_geometry

_PATCH_SIDE = 256  # Pixels, of the patches for the norms' statistics.
_EMA_MOMENTUM = 0.9  # For the norms' statistics between frames.


class TiledGenerator:
    """A function from a picture to its cartoon.

    Without norms, the result equals that of the whole picture. With norms, all
    tiles share the statistics of patches from all over the picture.

    Thread-safe.

    Args:
        generator: Model from photos to cartoons, both in [-1, 1].
        side: Height and width of a tile, in pixels; larger pictures are split.
            None for the generator's default, which needs about a gigabyte.

    Call arguments:
        picture: uint8 RGB array of shape `(height, width, 3)`, or a batch of
            shape `(count, height, width, 3)`.

    Returns:
        An array of the same shape and type.

    Raises:
        InputError: If `side` is too small for this generator.
    """

    def __init__(self, generator: keras.Model, side: int | None = None):
        self._radius = generator.receptive_field_radius
        self._side = generator.tile if side is None else side
        min_side = 4 * self._radius
        if self._side < min_side:
            raise errors.InputError(
                f"`tile`={side} is too small for this model; {min_side} pixels "
                "are the least."
            )
        self._norms = shared_norms.SharedNorms(generator)
        self._whole = tf.function(
            functools.partial(pictures.apply_network, generator),
            reduce_retracing=True,
        )

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        if self._fits(picture):
            photos = picture if picture.ndim == 4 else picture[None]
            cartoons = self._whole(tf.constant(photos)).numpy()
            return cartoons.reshape(picture.shape)
        if picture.ndim == 4:
            return np.stack([self(each) for each in picture])
        if not self._norms.is_normed:
            return self._in_tiles(picture, self._whole)
        return self._normed(picture, self._measure(picture, None))

    def for_video(self) -> "TiledGenerator | VideoGenerator":
        """Returns a version for frames, with temporally smoothed norms.

        It may have state: use it for one video, on one thread.
        """
        return VideoGenerator(self) if self._norms.is_normed else self

    def follow(
        self, frame: np.ndarray, past: shared_norms.Statistics | None
    ) -> tuple[np.ndarray, shared_norms.Statistics]:
        """Computes a frame's cartoon and the norm statistics it used.

        Args:
            frame: uint8 RGB array of shape `(height, width, 3)`.
            past: Statistics of the previous frame, or None for a new scene.
        """
        if self._fits(frame):
            photos = tf.constant(frame[None])
            cartoons, used = self._norms(photos, past, _EMA_MOMENTUM)
            return cartoons[0].numpy(), used
        used = self._measure(frame, past)
        return self._normed(frame, used), used

    def _fits(self, picture):
        return max(picture.shape[-3:-1]) <= self._side

    def _measure(self, picture, past):
        patches = tf.constant(_patches(picture, self._side**2))
        return self._norms(patches, past, _EMA_MOMENTUM)[1]

    def _normed(self, picture, statistics):
        return self._in_tiles(
            picture, lambda photos: self._norms(photos, statistics)[0]
        )

    def _in_tiles(self, picture, network):
        cartoon = np.empty_like(picture)
        spans = (
            tile_geometry.spans(length, self._side, self._radius)
            for length in picture.shape[:2]
        )
        for rows, columns in itertools.product(*spans):
            photo = tf.constant(picture[None, rows.seen, columns.seen])
            tile = network(photo)[0].numpy()
            cartoon[rows.kept, columns.kept] = tile[rows.inner, columns.inner]
        return cartoon


class VideoGenerator:
    """A generator with norms, smoothed over the frames of a video.

    Smoothing restarts at each cut.

    Call arguments:
        frame: uint8 RGB array of shape `(height, width, 3)`.

    Returns:
        The frame's cartoon, of the same shape and type.
    """

    def __init__(self, tiled: TiledGenerator):
        self._tiled = tiled
        self._frame: np.ndarray | None = None
        self._past: shared_norms.Statistics | None = None

    def __call__(self, frame: np.ndarray) -> np.ndarray:
        if self._frame is None or shot_detection.is_cut_between(
            self._frame, frame
        ):
            self._past = None
        self._frame = frame
        cartoon, self._past = self._tiled.follow(frame, self._past)
        return cartoon


def exact_tiles(generator: keras.Model) -> dict[str, int] | None:
    """Returns the tile geometry that equals inference on whole pictures.

    Args:
        generator: Model from photos to cartoons.

    Returns:
        `margin`, the context in pixels that a tile needs around its kept part,
        and `stride`, which tile positions must be multiples of. None if the
        generator has norms, whose statistics differ between tiles.
    """
    if any(shared_norms.norms_of(generator)):
        return None
    return {
        "margin": generator.receptive_field_radius,
        "stride": tile_geometry.STRIDE,
    }


def _patches(picture, pixels):
    """Cuts patches from all over a picture, with at most `pixels` in total."""
    sides = picture.shape[:2]
    rows, columns = (min(_PATCH_SIDE, side) for side in sides)
    # Patches are equally dense along both sides.
    share = math.sqrt(pixels / (sides[0] * sides[1]))
    counts = [
        max(1, int(min(1, share) * side / patch))
        for side, patch in zip(sides, (rows, columns), strict=True)
    ]
    starts = [
        np.linspace(0, side - patch, count + 2)[1:-1].astype(int)
        for side, patch, count in zip(
            sides, (rows, columns), counts, strict=True
        )
    ]
    return np.stack(
        [
            picture[top : top + rows, left : left + columns]
            for top in starts[0]
            for left in starts[1]
        ]
    )
