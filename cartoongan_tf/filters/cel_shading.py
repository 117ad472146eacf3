"""Cel shading: luminance in few tones, where light models a form.

Steps are steep where luminance changes by much, and let it pass where it hardly
changes, as in Winnemoeller et al. (2006), "Real-time video abstraction": in a
sky, or on a wall, the border of two tones would be a stain that nothing in
the photo asks for. Beside strong edges luminance passes as well: a
background would get a rim around whatever stands before it. On skin steps are
softer, where they would be blots beside noses and mouths.

Images are float, `(batch, height, width, 1)`, in [-1, 1]. Written in
`keras.ops` only.
"""

from keras import ops

from cartoongan_tf.filters import edge_flow
from cartoongan_tf.filters import texture

_TONES = 6  # From black to white, besides black.
_STEEPNESS = 8.0  # Of a step: its width is a part of the tone between two.
_SKIN_STEEPNESS = 4.0
_FORM_RANGE = (0.0, 0.02)  # Slope: luminance passes below, full steps above.
_EDGE_RANGE = (0.08, 0.16)  # Slope: no edge below, an edge above.
_EDGE_RADIUS = 8  # Half the side of the squares that an edge is beside of.


def posterize(light, skin):
    """Moves luminance to the nearest of few tones, by steps.

    Args:
        light: Luminance of shape `(batch, height, width, 1)` in [-1, 1]; sides
            of at least 9 pixels.
        skin: How much of a place is skin, in [0, 1], of the same shape.

    Returns:
        Images of the same shape.
    """
    full = _STEEPNESS + skin * (_SKIN_STEEPNESS - _STEEPNESS)
    steepness = 1 + (full - 1) * _form(light)
    tones = _TONES * (light + 1) / 2
    whole = ops.floor(tones)
    step = ops.clip(steepness * (tones - whole - 0.5), -0.5, 0.5) + 0.5
    return 2 * (whole + step) / _TONES - 1


def _form(light):
    """1 where light models a form, 0 where it is even or at an edge."""
    slope = edge_flow.gradient_magnitude(light)
    changes = texture.ramp(edge_flow.blur(slope, 2), _FORM_RANGE)
    edges = _widened(texture.ramp(slope, _EDGE_RANGE), _EDGE_RADIUS)
    return changes * (1 - edge_flow.blur(edges, 2))


def _widened(mask, radius):
    side = 2 * radius + 1
    return ops.max_pool(mask, side, strides=1, padding="same")
