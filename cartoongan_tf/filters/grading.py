"""Color grading of content targets: saturation and tone curve.

Images are float, `(batch, height, width, 3)`, in [-1, 1]. Written in
`keras.ops` only.
"""

import itertools
from typing import NamedTuple

from keras import ops

from cartoongan_tf.filters import luminance
from cartoongan_tf.filters import skin

_GAMMA = 0.85  # Lifts dark tones; black and white stay.
_EPSILON = 1e-3  # Minimum divisor.
_SKIN_PROTECTION = 0.5  # Fraction of added saturation withheld from skin.


class Grade(NamedTuple):
    """Parameters of a color grade.

    Attributes:
        saturation: Factor for the distance of colors from gray; weaker on
            skin, so that it does not turn orange.
        curve: Points `(before, after)` of a piecewise linear tone curve for
            luminance, both ascending from `(0, 0)` to `(1, 1)`. None for a
            gamma of 0.85.
        line_lightness: Factor for the lightness of lines, in [0, 1]: 0 for
            black ink, 1 for a dark tone of the color below them.
    """

    saturation: float = 1.0
    curve: tuple[tuple[float, float], ...] | None = None
    line_lightness: float = 1.0


DEFAULT = Grade()


def grade(images, parameters: Grade = DEFAULT):
    """Applies a color grade.

    Args:
        images: Images of shape `(batch, height, width, 3)` in [-1, 1].
        parameters: Grade to apply.

    Returns:
        Images of the same shape.
    """
    if parameters.curve is None:
        saturated = _saturate(images, parameters.saturation)
        return 2 * ((saturated + 1) / 2) ** _GAMMA - 1
    toned = _apply_curve(images, parameters.curve)
    return _saturate(toned, parameters.saturation)


def _saturate(images, saturation):
    gray = luminance.luminance(images)
    strength = 1 - _SKIN_PROTECTION * skin.likelihood(images)
    factor = 1 + (saturation - 1) * strength
    return ops.clip(gray + factor * (images - gray), -1, 1)


def _apply_curve(images, curve):
    """Maps luminance by a tone curve, keeping hues."""
    pixels = (images + 1) / 2
    light = luminance.luminance(pixels)
    target = _interpolate(light, curve)
    brightest = ops.max(pixels, axis=-1, keepdims=True)
    factor = ops.minimum(
        target / ops.maximum(light, _EPSILON),
        1 / ops.maximum(brightest, _EPSILON),
    )
    scaled = pixels * factor
    # A color that cannot get brighter at its saturation is blended with white.
    light = luminance.luminance(scaled)
    white = (target - light) / ops.maximum(1 - light, _EPSILON)
    return 2 * ops.clip(scaled + white * (1 - scaled), 0, 1) - 1


def _interpolate(values, points):
    result = points[0][1]
    for (begin, low), (end, high) in itertools.pairwise(points):
        slope = (high - low) / (end - begin)
        result = result + slope * ops.clip(values - begin, 0, end - begin)
    return result
