"""Ink: photos in few flat tones of lively color, with lines along contours.

Where a discriminator alone takes too long to draw contours, the content loss
can ask for them: this is what a generator is then told to draw. A line lies on
the darker side of a contour, where the surroundings are brighter than the
place itself (a difference of means along the contour, as in Winnemoeller et
al., 2012, XDoG), only where the contour runs on in one direction, and not in
texture. Luminance has few steps, as in cel shading, and colors keep their hue.

Images are float, `(batch, height, width, 3)`, in [-1, 1]. Written in
`keras.ops` only.
"""

from keras import ops

from cartoongan_tf.filters import edge_flow
from cartoongan_tf.filters import guided_filter
from cartoongan_tf.filters import l0_smoothing
from cartoongan_tf.filters import luminance
from cartoongan_tf.filters import texture

_GAMMA = 0.85  # Lifts what is dark; black and white stay.
_STEPS = 6  # Of luminance, from black to white.
_STEEPNESS = 8.0  # Of a step: its width is a part of the tone between two.
_LINE_COLOR = -0.92
_NEAR_RADIUS = 1  # Half the sides, in pixels, of the squares that are compared.
_FAR_RADIUS = 3
_LINE_THRESHOLD = 0.018  # Difference from which on there is ink.
_GAIN = 35.0  # Ink, of 1, by the difference above that.
_COHERENCE_RANGE = (0.35, 0.6)  # No ink below, all of it above.


def ink(photos, saturation=1.0):
    """Makes photos of few flat tones, and draws lines along their contours.

    Args:
        photos: Photos of shape `(batch, height, width, 3)` in [-1, 1].
        saturation: Of the colors, by the photos'.

    Returns:
        Images of the same shape.
    """
    lifted = _lift(_saturate(photos, saturation))
    patches = l0_smoothing.smooth(lifted)
    # Filtered, small spots get no lines and no tones of their own.
    light = luminance.luminance(guided_filter.smooth(patches))
    near, far = (
        edge_flow.blur(light, radius) for radius in (_NEAR_RADIUS, _FAR_RADIUS)
    )
    darker = edge_flow.average_along(far - near, near)
    directed = texture.ramp(edge_flow.coherence(near), _COHERENCE_RANGE)
    opacity = ops.clip(_GAIN * (darker - _LINE_THRESHOLD), 0, 1)
    opacity *= directed * (1 - texture.mask(lifted))
    tones = ops.clip(patches + _posterize(light) - light, -1, 1)
    return tones + opacity * (_LINE_COLOR - tones)


def _saturate(images, saturation):
    gray = luminance.luminance(images)
    return ops.clip(gray + saturation * (images - gray), -1, 1)


def _lift(images):
    return 2 * ((images + 1) / 2) ** _GAMMA - 1


def _posterize(light):
    """Moves luminance to the nearest of some tones, by steep steps."""
    steps = _STEPS * (light + 1) / 2
    whole = ops.floor(steps)
    step = ops.clip(_STEEPNESS * (steps - whole - 0.5), -0.5, 0.5) + 0.5
    return 2 * (whole + step) / _STEPS - 1
