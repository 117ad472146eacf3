"""Matched crops: cartoons with as many edges as the photos beside them.

Of random crops of photos many are walls and skies, and of cartoons few are:
what is flat is then a photo to the discriminator, and the generator draws
strokes on it. Richter et al. (2021, arXiv 2105.04619) name differing layout of
two sets as the cause of hallucinated things, and match patches.

The edge share of a crop is the share of its pixels where something goes on
once its texture is removed. It is measured once on many windows, random crops
of the cartoons; a crop of a photo then takes one of those nearest to its own.

Crops are uint8 RGB, of shape `(size, size, 3)`, and shares from 0 to 1. Pure
TensorFlow, so that it runs inside `tf.data`.
"""

import dataclasses
import functools
import pathlib
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import compiling
from cartoongan_tf.core import errors
from cartoongan_tf.core import progress
from cartoongan_tf.filters import guided_filter
from cartoongan_tf.images import pictures

WHITE = 245  # Of 255, in each channel: paper.
NEAREST = 51  # Windows that a crop chooses from.

_MIN_WINDOWS = 3200
_MAX_WINDOWS = 12_800
_WINDOWS_PER_CARTOON = 8
_STEP = 0.12  # Of 2 between black and white: slope from which on it is an edge.


@dataclasses.dataclass(frozen=True)
class Windows:
    """Cartoon crops in the order of their edge shares.

    Attributes:
        numbers: int64 array of shape `(count,)`, by which they are cut.
        shares: float32 array of shape `(count,)`, rising.
    """

    numbers: np.ndarray
    shares: np.ndarray

    def match(self, share: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Chooses a window by its edge share, inside of a graph.

        Args:
            share: Scalar float32, of a photo's crop.
            seed: Two integers; the same ones give the same window.

        Returns:
            Scalar int64: the number of a window at random, out of those with
            that very share and 25 to either side in the order, or as near as
            there are.
        """
        count, margin = len(self.shares), NEAREST // 2
        shares = tf.constant(self.shares)
        begin = tf.searchsorted(shares, share[None], "left")[0] - margin
        end = tf.searchsorted(shares, share[None], "right")[0] + margin + 1
        begin = tf.maximum(0, tf.minimum(begin, count - NEAREST))
        end = tf.minimum(count, tf.maximum(end, NEAREST))
        place = tf.random.stateless_uniform(
            [], seed, begin, end, dtype=tf.int32
        )
        return tf.constant(self.numbers)[place]


def window_count(cartoon_count: int) -> int:
    """Number of windows to measure: some of each cartoon, within limits."""
    wanted = _WINDOWS_PER_CARTOON * cartoon_count
    return min(_MAX_WINDOWS, max(_MIN_WINDOWS, wanted))


def load_windows(
    cut: Callable,
    count: int,
    path: pathlib.Path,
    key: str,
    most_white: float = 1.0,
) -> Windows:
    """Measures windows, unless a file has them already.

    Args:
        cut: Function from a scalar int64 number to a crop, for a graph.
        count: How many windows there are; their numbers count from 0.
        path: File that keeps the measures for the next time.
        key: What they depend on; a file with another key is replaced.
        most_white: Share of white pixels, as of bare paper, above which a
            window is left out.

    Returns:
        The windows.

    Raises:
        InputError: If all are left out.
    """
    key = f"{key} {count} {_STEP} {most_white}"
    shares = _read(path, key)
    if shares is None:
        shares = measure(cut, count, most_white)
        with (
            atomic_files.atomic_path(path) as temporary,
            open(temporary, "wb") as file,
        ):
            np.savez(file, key=key, shares=shares)
    order = np.argsort(shares, kind="stable")  # NaNs come last.
    order = order[: np.count_nonzero(shares >= 0)]
    if not len(order):
        raise errors.InputError(
            f"`most_white`={most_white} leaves no crop of `cartoon_dir`; pass "
            "more."
        )
    return Windows(order.astype("int64"), shares[order])


def measure(cut: Callable, count: int, most_white: float = 1.0) -> np.ndarray:
    """Measures edge shares of windows, in parallel, with their progress.

    Args:
        cut: Function from a scalar int64 number to a crop, for a graph.
        count: How many windows there are.
        most_white: As of `load_windows`.

    Returns:
        float32 array of shape `(count,)`; NaN for windows left out.
    """
    share_of = compiled_edge_share()

    def share_unless_white(number):
        crop = cut(number)
        is_white = tf.reduce_all(crop >= WHITE, axis=-1)
        white = tf.reduce_mean(tf.cast(is_white, tf.float32))
        return tf.where(white > most_white, np.nan, share_of(crop))

    shares = tf.data.Dataset.range(count).map(
        share_unless_white, num_parallel_calls=tf.data.AUTOTUNE
    )
    measured = np.empty(count, "float32")
    with progress.Progress() as watch:
        for number, share in enumerate(shares.as_numpy_iterator()):
            measured[number] = share
            watch("Measuring crops of cartoons", number + 1, count)
    return measured


def edge_share(crop: tf.Tensor) -> tf.Tensor:
    """Share of the pixels of a crop at which there is an edge, no texture.

    Args:
        crop: uint8 RGB tensor of shape `(height, width, 3)`.

    Returns:
        Scalar float32.
    """
    image = guided_filter.smooth(pictures.to_network(crop)[None])[0]
    corner = image[:-1, :-1]
    slope = tf.abs(image[1:, :-1] - corner) + tf.abs(image[:-1, 1:] - corner)
    is_edge = tf.reduce_max(slope, -1) > _STEP
    # Counted, not averaged: whole numbers have one sum in any order.
    count = tf.math.count_nonzero(is_edge, dtype=tf.int32)
    return tf.cast(count, tf.float32) / tf.cast(tf.size(is_edge), tf.float32)


@functools.cache
def compiled_edge_share() -> Callable:
    """`edge_share` for crops of one size, fast."""
    return compiling.compiled(edge_share)


def _read(path, key):
    """Shares that a file keeps; None if it has none, or those of others."""
    try:
        kept = atomic_files.read_arrays("workdir", path)
    except errors.InputError:
        return None
    return kept["shares"] if str(kept["key"]) == key else None
