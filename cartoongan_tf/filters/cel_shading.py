"""Cel shading: quantizes luminance into a few tones where light models a form.

Quantization is soft where luminance hardly changes, as in Winnemoeller et al.
(2006), "Real-time video abstraction": in a sky, or on a wall, the border of two
tones would be a stain without a cause in the photo. It is also soft beside
strong edges, where backgrounds would get a rim around foreground objects, and
softer on skin, where hard steps would be blots beside noses and mouths.

Images are float, `(batch, height, width, 1)`, in [-1, 1]. Written in
`keras.ops` only.
"""

from keras import ops

from cartoongan_tf.filters import edge_flow
from cartoongan_tf.filters import texture

_TONES = 6  # Steps from black to white.
_STEP_SLOPE = 8.0  # Slope of a step between two tones; 1 is no quantization.
_SKIN_STEP_SLOPE = 4.0
_FORM_RANGE = (0.0, 0.02)  # Gradient: no quantization below, full above.
_EDGE_RANGE = (0.08, 0.16)  # Gradient: no edge below, an edge above.
_EDGE_RADIUS = 8  # Pixels around an edge without quantization.


def posterize(light, skin):
    """Quantizes luminance softly into a few tones.

    Args:
        light: Luminance of shape `(batch, height, width, 1)` in [-1, 1]; sides
            of at least 9 pixels.
        skin: Skin likelihood in [0, 1], of the same shape.

    Returns:
        Images of the same shape.
    """
    full = _STEP_SLOPE + skin * (_SKIN_STEP_SLOPE - _STEP_SLOPE)
    slope = 1 + (full - 1) * _form_mask(light)
    tones = _TONES * (light + 1) / 2
    whole = ops.floor(tones)
    step = ops.clip(slope * (tones - whole - 0.5), -0.5, 0.5) + 0.5
    return 2 * (whole + step) / _TONES - 1


def _form_mask(light):
    """1 where light models a form, 0 in flat areas and at edges."""
    gradient = edge_flow.gradient_magnitude(light)
    changes = texture.ramp(edge_flow.blur(gradient, 2), _FORM_RANGE)
    edges = _dilate(texture.ramp(gradient, _EDGE_RANGE), _EDGE_RADIUS)
    return changes * (1 - edge_flow.blur(edges, 2))


def _dilate(mask, radius):
    side = 2 * radius + 1
    return ops.max_pool(mask, side, strides=1, padding="same")
