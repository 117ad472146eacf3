"""Color grading: the colors that a target has in place of the photo's.

Images are float, `(batch, height, width, 3)`, in [-1, 1]. Written in
`keras.ops` only.
"""

import itertools
from typing import NamedTuple

from keras import ops

from cartoongan_tf.filters import luminance
from cartoongan_tf.filters import skin

_GAMMA = 0.85  # Lifts what is dark; black and white stay.
_LEAST = 1e-3  # Divisor.
_SKIN_SHARE = 0.5  # Of what saturation adds, which skin does without.


class Grade(NamedTuple):
    """What is done to colors.

    Attributes:
        saturation: Factor for the distance of colors from their gray, which
            is less for skin, so that it does not turn orange.
        curve: Luminance before and after, in [0, 1], both rising, from
            `(0, 0)` to `(1, 1)`: a tone curve of straight lines between these
            points. None for a gamma of 0.85.
        line_lightness: Factor for the lightness of lines, in [0, 1]: 0 for
            black ink, 1 for a dark tone of the color below them.
    """

    saturation: float = 1.0
    curve: tuple[tuple[float, float], ...] | None = None
    line_lightness: float = 1.0


PLAIN = Grade()


def grade(images, wanted: Grade = PLAIN):
    """Applies a grade.

    Args:
        images: Images of shape `(batch, height, width, 3)` in [-1, 1].
        wanted: The grade.

    Returns:
        Images of the same shape.
    """
    if wanted.curve is None:
        saturated = _saturate(images, wanted.saturation)
        return 2 * ((saturated + 1) / 2) ** _GAMMA - 1
    return _saturate(_bend(images, wanted.curve), wanted.saturation)


def _saturate(images, saturation):
    gray = luminance.luminance(images)
    share = 1 - _SKIN_SHARE * skin.likelihood(images)
    factor = 1 + (saturation - 1) * share
    return ops.clip(gray + factor * (images - gray), -1, 1)


def _bend(images, curve):
    """Gives luminance by a tone curve; hues stay."""
    pixels = (images + 1) / 2
    light = luminance.luminance(pixels)
    wanted = _interpolate(light, curve)
    brightest = ops.max(pixels, axis=-1, keepdims=True)
    factor = ops.minimum(
        wanted / ops.maximum(light, _LEAST),
        1 / ops.maximum(brightest, _LEAST),
    )
    scaled = pixels * factor
    # A color that gets no brighter as it is becomes paler.
    light = luminance.luminance(scaled)
    white = (wanted - light) / ops.maximum(1 - light, _LEAST)
    return 2 * ops.clip(scaled + white * (1 - scaled), 0, 1) - 1


def _interpolate(values, points):
    result = points[0][1]
    for (begin, low), (end, high) in itertools.pairwise(points):
        slope = (high - low) / (end - begin)
        result = result + slope * ops.clip(values - begin, 0, end - begin)
    return result
