"""Color grading: the colors that a target has in place of the photo's.

Images are float, `(batch, height, width, 3)`, in [-1, 1]. Written in
`keras.ops` only.
"""

import itertools
import math
from typing import NamedTuple

from keras import ops

from cartoongan_tf.filters import luminance
from cartoongan_tf.filters import texture

_GAMMA = 0.85  # Lifts what is dark; black and white stay.
_LEAST = 1e-3  # Divisor.
# The plane of Cb and Cr, in which skin of all colors lies near one line: the
# skin tone line of vectorscopes, and the I of YIQ.
_BLUE, _RED = 0.564, 0.713  # Factors of their distances from luminance.
_SKIN_ANGLE = math.radians(123)
_SKIN_NARROWNESS = 12  # Power of a cosine.
_SKIN_CHROMA = (0.3, 0.6)  # Skin below, none above: oranges and reds.
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
    color = images - gray
    factor = 1 + (saturation - 1) * (1 - _SKIN_SHARE * _skin(color))
    return ops.clip(gray + factor * color, -1, 1)


def _skin(color):
    """How near to colors of skin, in [0, 1], by distances from luminance."""
    blue, red = _BLUE * color[..., 2:], _RED * color[..., :1]
    chroma = ops.sqrt(blue * blue + red * red)
    along = blue * math.cos(_SKIN_ANGLE) + red * math.sin(_SKIN_ANGLE)
    cosine = ops.clip(along / ops.maximum(chroma, _LEAST), 0, 1)
    vivid = texture.ramp(chroma, _SKIN_CHROMA)
    return (1 - vivid) * cosine**_SKIN_NARROWNESS


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
