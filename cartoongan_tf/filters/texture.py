"""Texture: where a photo is full of small things.

Grass, gravel and leaves change at nearly every pixel, and in every direction;
an illustrator draws no line around each of them. A contour changes at few
pixels, and in one direction; eyes and mouths are too small to fill their
surroundings.

Images are float, `(batch, height, width, 3)`, in [-1, 1]. Written in
`keras.ops` only.
"""

from keras import ops

from cartoongan_tf.filters import edge_flow
from cartoongan_tf.filters import luminance

_MIN_SLOPE = 0.08  # Difference of neighbors that counts as a change.
_RADIUS = 10  # Half the sides of the squares that are full of changes.
# Share of changes: none is texture below, all above.
_DENSITY_RANGE = (0.45, 0.65)
_COHERENCE_RANGE = (0.3, 0.6)  # All is texture below, none above.
# Share of such pixels around one that is taken for one.
_VOTE_RANGE = (0.5, 0.7)


def mask(photos):
    """Finds texture.

    Args:
        photos: Photos of shape `(batch, height, width, 3)` in [-1, 1]; sides of
            at least 11 pixels.

    Returns:
        Images of shape `(batch, height, width, 1)`, 1 in texture and 0 off it.
    """
    light = luminance.luminance(photos)
    changes = ops.clip(edge_flow.gradient_magnitude(light) / _MIN_SLOPE, 0, 1)
    filled = edge_flow.blur(changes, _RADIUS)
    one_direction = edge_flow.coherence(edge_flow.blur(light, 1))
    is_texture = ramp(filled, _DENSITY_RANGE) * (
        1 - ramp(one_direction, _COHERENCE_RANGE)
    )
    return ramp(edge_flow.blur(is_texture, _RADIUS), _VOTE_RANGE)


def ramp(values, ends):
    """Rises from 0 at the first of two ends to 1 at the second."""
    low, high = ends
    return ops.clip((values - low) / (high - low), 0, 1)
