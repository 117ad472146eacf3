"""Fidelity of an artifact to the Keras model that it was made from."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

# The least that each precision must reach, in decibels, as a mean over photos.
MINIMUM_PSNR = {"float32": 60, "float16": 50, "dynamic_range": 38, "int8": 28}
EQUAL = 100.0  # decibels: what stands for no difference at all

Example = tuple[np.ndarray, np.ndarray]  # a photo, and its cartoon


class Fidelity(NamedTuple):
    """Differences over photos, in levels of 0 to 255.

    Attributes:
        psnr: Peak signal-to-noise ratio in decibels, mean over the photos;
            a photo without any difference counts as `EQUAL`.
        ssim: Structural similarity as Wang et al. (2004) have it, in Gaussian
            windows of 11 x 11 pixels; mean over channels and photos.
        largest_error: Largest difference of any channel of any pixel.
    """

    psnr: float
    ssim: float
    largest_error: int


def measure(cartoonize: Callable, examples: Sequence[Example]) -> Fidelity:
    """Compares cartoons with those of the Keras model.

    Args:
        cartoonize: Function from a photo to its cartoon, both uint8 RGB.
        examples: Photos, and what the Keras model makes of them.
    """
    pairs = [(cartoonize(photo), theirs) for photo, theirs in examples]
    return Fidelity(
        float(np.mean([_psnr(*pair) for pair in pairs])),
        float(np.mean([float(tf.image.ssim(*pair, 255)) for pair in pairs])),
        max(int(abs(a.astype(int) - b).max()) for a, b in pairs),
    )


def worst(measured: Sequence[Fidelity]) -> Fidelity:
    """The worst of each metric."""
    psnrs, ssims, errors = zip(*measured, strict=True)
    return Fidelity(min(psnrs), min(ssims), max(errors))


def _psnr(ours, theirs):
    if np.array_equal(ours, theirs):
        return EQUAL
    return float(tf.image.psnr(theirs, ours, max_val=255))
