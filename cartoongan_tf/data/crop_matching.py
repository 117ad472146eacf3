"""Crop matching: pairs photos with cartoon crops of similar edge density.

Many random crops of photos are walls and skies, but few crops of cartoons are:
the discriminator learns that flat areas mean photos, and the generator draws
strokes on them. Richter et al. (2021, arXiv 2105.04619) identify the different
layouts of two datasets as the cause of hallucinated objects, and match patches.

The edge share of a crop is the fraction of edge pixels after its texture is
removed. It is measured once for many windows, which are random crops of the
cartoons; each photo crop is then paired with one of the windows whose edge
shares are nearest to its own.

Crops are uint8 RGB, of shape `(size, size, 3)`; edge shares are 0 to 1. Pure
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
from cartoongan_tf.nn import weight_files

WHITE_LEVEL = 245  # Minimum of each channel, of 255, of white paper.
NEAREST_COUNT = 51  # Windows to choose from for a crop.

_MIN_WINDOWS = 3200
_MAX_WINDOWS = 12_800
_WINDOWS_PER_CARTOON = 8
_EDGE_THRESHOLD = 0.12  # Gradient, where black and white are 2 apart.


@dataclasses.dataclass(frozen=True)
class Windows:
    """Cartoon crops, sorted by edge share.

    Attributes:
        numbers: Crop numbers, an int64 array of shape `(count,)`.
        shares: Edge shares, an ascending float32 array of shape `(count,)`.
    """

    numbers: np.ndarray
    shares: np.ndarray

    def match(self, share: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Picks a random window with a similar edge share, inside a graph.

        Args:
            share: Edge share of a photo crop, a scalar float32.
            seed: Two integers; equal seeds give equal windows.

        Returns:
            Crop number, a scalar int64: one of the windows with exactly this
            share and the 25 nearest on either side, as far as there are any.
        """
        count, margin = len(self.shares), NEAREST_COUNT // 2
        shares = tf.constant(self.shares)
        begin = tf.searchsorted(shares, share[None], "left")[0] - margin
        end = tf.searchsorted(shares, share[None], "right")[0] + margin + 1
        begin = tf.maximum(0, tf.minimum(begin, count - NEAREST_COUNT))
        end = tf.minimum(count, tf.maximum(end, NEAREST_COUNT))
        index = tf.random.stateless_uniform(
            [], seed, begin, end, dtype=tf.int32
        )
        return tf.constant(self.numbers)[index]


def window_count(cartoon_count: int) -> int:
    """Number of windows to measure: 8 per cartoon, within limits."""
    wanted = _WINDOWS_PER_CARTOON * cartoon_count
    return min(_MAX_WINDOWS, max(_MIN_WINDOWS, wanted))


def load_windows(
    cut: Callable,
    count: int,
    path: pathlib.Path,
    key: str,
    most_white: float = 1.0,
) -> Windows:
    """Measures windows, or reads them from a cache file.

    Args:
        cut: Function from a scalar int64 number to a crop, for a graph.
        count: Number of windows; they are numbered from 0.
        path: Cache file.
        key: Cache key; a file with another key is replaced.
        most_white: Maximum fraction of white pixels, such as bare paper; other
            windows are left out.

    Returns:
        The windows.

    Raises:
        InputError: If all windows are left out.
    """
    key = f"{key} {count} {_EDGE_THRESHOLD} {most_white}"
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
            "a larger value."
        )
    return Windows(order.astype("int64"), shares[order])


def measure(cut: Callable, count: int, most_white: float = 1.0) -> np.ndarray:
    """Measures edge shares of windows in parallel, showing progress.

    Args:
        cut: Function from a scalar int64 number to a crop, for a graph.
        count: Number of windows.
        most_white: Maximum fraction of white pixels, as for `load_windows`.

    Returns:
        float32 array of shape `(count,)`; NaN for windows left out.
    """
    share_of = compiled_edge_share()

    def share_unless_white(number):
        crop = cut(number)
        is_white = tf.reduce_all(crop >= WHITE_LEVEL, axis=-1)
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
    """Fraction of edge pixels of a crop, ignoring texture.

    Args:
        crop: uint8 RGB tensor of shape `(height, width, 3)`.

    Returns:
        Scalar float32.
    """
    image = guided_filter.smooth(pictures.to_network(crop)[None])[0]
    here = image[:-1, :-1]
    gradient = tf.abs(image[1:, :-1] - here) + tf.abs(image[:-1, 1:] - here)
    is_edge = tf.reduce_max(gradient, -1) > _EDGE_THRESHOLD
    # An integer count, not a mean: its sum is exact in any order.
    count = tf.math.count_nonzero(is_edge, dtype=tf.int32)
    return tf.cast(count, tf.float32) / tf.cast(tf.size(is_edge), tf.float32)


@functools.cache
def compiled_edge_share() -> Callable:
    """`edge_share` compiled for crops of one size."""
    return compiling.compiled(edge_share)


def _read(path, key):
    """Edge shares in a cache file; None if it is missing or out of date."""
    try:
        arrays = weight_files.read_arrays("workdir", path)
    except errors.InputError:
        return None
    return arrays["shares"] if str(arrays["key"]) == key else None
