"""Color matching: the color grade that maps photos to the style's colors.

Pictures are uint8 RGB.
"""

import numpy as np
import tensorflow as tf

from cartoongan_tf.data import crop_matching
from cartoongan_tf.data import image_source
from cartoongan_tf.filters import grading
from cartoongan_tf.filters import luminance

SATURATION_LIMITS = (1.0, 1.35)  # Cartoons must not gray, nor skin glow.

_MAX_PICTURES = 64  # Sample size, evenly spaced.
_CURVE_QUANTILES = np.linspace(0.05, 0.95, 10)
# Quantiles of each picture, so that all have equal weight at any size.
_PICTURE_QUANTILES = np.linspace(0, 1, 101)
_MAX_CURVE_SLOPE = 2.0  # Steeper curves amplify the noise of dark areas.
_MIN_POINT_GAP = 0.01  # Between two points of a curve.


def match(
    photos: image_source.PictureSource,
    cartoons: image_source.PictureSource,
    tones: float = 0.0,
) -> grading.Grade:
    """Computes the grade that gives photos the colors of cartoons.

    Args:
        photos: Photos; at most 64 are sampled.
        cartoons: Cartoons; at most 64 are sampled.
        tones: Strength, from 0 to 1, of matching the luminance histogram of
            photos to that of cartoons; 0 for the grade's default gamma.

    Returns:
        The grade; deterministic. Its saturation is within
        `SATURATION_LIMITS`.
    """
    target, source = (
        _color_statistics(pictures, with_luminance=tones > 0)
        for pictures in (cartoons, photos)
    )
    saturation = np.mean(target[0]) / max(np.mean(source[0]), 1e-3)
    return grading.Grade(
        float(np.clip(saturation, *SATURATION_LIMITS)),
        _tone_curve(source[1], target[1], tones),
    )


def _color_statistics(source, *, with_luminance):
    """Mean distance from gray of each picture, and quantiles of luminance."""
    numbers = np.linspace(0, len(source) - 1, min(_MAX_PICTURES, len(source)))
    distances, quantiles = [], []
    for number in numbers:
        picture = source.read(int(number))
        pixels = tf.cast(picture, tf.float32)[None] / 255
        light = luminance.luminance(pixels)
        distances.append(tf.reduce_mean(tf.abs(pixels - light)).numpy())
        if not with_luminance:
            continue
        is_painted = (picture.numpy() < crop_matching.WHITE_LEVEL).any(-1)
        painted = light.numpy()[0, ..., 0][is_painted]
        if painted.size:
            quantiles.append(np.quantile(painted, _PICTURE_QUANTILES))
    return distances, np.ravel(quantiles)


def _tone_curve(source, target, strength):
    """Points of the tone curve from one set of luminance to another."""
    if not (len(source) and len(target)):
        return None  # Not requested, or all pictures are white.
    points = [(0.0, 0.0)]
    before, after = (
        np.quantile(light, _CURVE_QUANTILES) for light in (source, target)
    )
    for x, y in zip(before, before + strength * (after - before), strict=True):
        last_x, last_y = points[-1]
        gap = float(x) - last_x
        if gap < _MIN_POINT_GAP or x > 1 - _MIN_POINT_GAP:
            continue
        steepest = last_y + _MAX_CURVE_SLOPE * gap
        points.append((float(x), float(np.clip(y, last_y, steepest))))
    return (*points, (1.0, 1.0))
