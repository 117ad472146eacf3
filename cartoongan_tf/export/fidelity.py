"""Fidelity of an artifact to its Keras model."""

from collections.abc import Callable
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf

# Thresholds in decibels, for the mean over photos.
MINIMUM_PSNR = {"float32": 60, "float16": 50, "dynamic_range": 38, "int8": 28}
EQUAL = 100.0  # Decibels reported for identical pictures.

Example = tuple[np.ndarray, np.ndarray]  # A photo and its cartoon.


class Fidelity(NamedTuple):
    """Differences over photos, for pixel values of 0 to 255.

    Attributes:
        psnr: Peak signal-to-noise ratio in decibels, mean over the photos;
            `EQUAL` for identical cartoons.
        ssim: Structural similarity (Wang et al., 2004) in Gaussian windows of
            11 x 11 pixels; mean over channels and photos.
        largest_error: Largest absolute difference of any pixel and channel.
    """

    psnr: float
    ssim: float
    largest_error: int


def measure(cartoonize: Callable, examples: Sequence[Example]) -> Fidelity:
    """Compares cartoons with those of the Keras model.

    Args:
        cartoonize: Function from a photo to its cartoon, both uint8 RGB.
        examples: Photos and the Keras model's cartoons.
    """
    pairs = [(cartoonize(photo), expected) for photo, expected in examples]
    return Fidelity(
        float(np.mean([_psnr(*pair) for pair in pairs])),
        float(np.mean([float(tf.image.ssim(*pair, 255)) for pair in pairs])),
        max(int(abs(a.astype(int) - b).max()) for a, b in pairs),
    )


def worst(measured: Sequence[Fidelity]) -> Fidelity:
    """Returns the worst value of each metric."""
    psnrs, ssims, errors = zip(*measured, strict=True)
    return Fidelity(min(psnrs), min(ssims), max(errors))


def _psnr(actual, expected):
    if np.array_equal(actual, expected):
        return EQUAL
    return float(tf.image.psnr(expected, actual, max_val=255))
