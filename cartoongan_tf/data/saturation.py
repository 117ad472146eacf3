"""Saturation of pictures, so that a style's colors can be as lively as it is.

Pictures are uint8 RGB.
"""

import numpy as np
import tensorflow as tf

from cartoongan_tf.data import image_source
from cartoongan_tf.filters import luminance

LIMITS = (1.0, 1.35)  # No cartoon is to be gray, and skin is not to glow.

_MAX_PICTURES = 64  # Pictures that are looked at, evenly spaced.


def gain(
    photos: image_source.PictureSource, cartoons: image_source.PictureSource
) -> float:
    """How many times as saturated cartoons are as photos, within `LIMITS`.

    Args:
        photos: The photos.
        cartoons: The cartoons.

    Returns:
        Factor for the distance of photos' colors from their gray.
    """
    wanted, found = mean(cartoons), mean(photos)
    return float(np.clip(wanted / max(found, 1e-3), *LIMITS))


def mean(source: image_source.PictureSource) -> float:
    """Mean distance of colors from their gray, in [0, 1], the same each time.

    Args:
        source: Pictures, of which 64 are looked at if there are more.
    """
    numbers = np.linspace(0, len(source) - 1, min(_MAX_PICTURES, len(source)))
    return float(np.mean([_of(source.read(int(n))) for n in numbers]))


def _of(picture):
    pixels = tf.cast(picture, tf.float32)[None] / 255
    return tf.reduce_mean(tf.abs(pixels - luminance.luminance(pixels))).numpy()
