"""Color matching: the grade that gives photos the colors of a style.

Pictures are uint8 RGB.
"""

import numpy as np
import tensorflow as tf

from cartoongan_tf.data import crop_matching
from cartoongan_tf.data import image_source
from cartoongan_tf.filters import grading
from cartoongan_tf.filters import luminance

LIMITS = (1.0, 1.35)  # No cartoon is to be gray, and skin is not to glow.

_MAX_PICTURES = 64  # Pictures that are looked at, evenly spaced.
_QUANTILES = np.linspace(0.05, 0.95, 10)
_EACH = np.linspace(0, 1, 101)  # Pictures count alike, whatever their size.
_MAX_SLOPE = 2.0  # Of a tone curve: what is dark is mostly noise.
_LEAST_GAP = 0.01  # Between two points of it.


def match(
    photos: image_source.PictureSource,
    cartoons: image_source.PictureSource,
    tones: float = 0.0,
) -> grading.Grade:
    """The grade by which photos get the colors of cartoons.

    Args:
        photos: The photos, of which 64 are looked at if there are more.
        cartoons: The cartoons, likewise.
        tones: Share, from 0 to 1, of the way from the luminance of photos to
            that of cartoons (histogram matching of the two sets); 0 for the
            grade's own gamma.

    Returns:
        The grade, the same each time. Its saturation is within `LIMITS`.
    """
    wanted, found = (
        _look(source, has_tones=tones > 0) for source in (cartoons, photos)
    )
    saturation = np.mean(wanted[0]) / max(np.mean(found[0]), 1e-3)
    return grading.Grade(
        float(np.clip(saturation, *LIMITS)),
        _curve(found[1], wanted[1], tones),
    )


def _look(source, *, has_tones):
    """Mean distance from gray of each picture, and luminance if asked for."""
    numbers = np.linspace(0, len(source) - 1, min(_MAX_PICTURES, len(source)))
    distances, lights = [], []
    for number in numbers:
        picture = source.read(int(number))
        pixels = tf.cast(picture, tf.float32)[None] / 255
        light = luminance.luminance(pixels)
        distances.append(tf.reduce_mean(tf.abs(pixels - light)).numpy())
        if not has_tones:
            continue
        is_tone = (picture.numpy() < crop_matching.WHITE).any(-1)
        toned = light.numpy()[0, ..., 0][is_tone]
        if toned.size:
            lights.append(np.quantile(toned, _EACH))
    return distances, np.ravel(lights)


def _curve(found, wanted, share):
    """Points of a tone curve between two sets of luminance."""
    if not (len(found) and len(wanted)):
        return None  # Not asked for, or all white.
    points = [(0.0, 0.0)]
    before, after = (
        np.quantile(light, _QUANTILES) for light in (found, wanted)
    )
    for begin, end in zip(
        before, before + share * (after - before), strict=True
    ):
        gap = float(begin) - points[-1][0]
        if gap < _LEAST_GAP or begin > 1 - _LEAST_GAP:
            continue
        steepest = points[-1][1] + _MAX_SLOPE * gap
        points.append(
            (float(begin), float(np.clip(end, points[-1][1], steepest)))
        )
    return (*points, (1.0, 1.0))
