"""Texture mask: areas of a photo that are dense with small details.

Grass, gravel and leaves have gradients at nearly every pixel and in every
direction, and illustrators do not outline each blade. Contours have gradients
at few pixels and in one direction; eyes and mouths are too small to fill their
surroundings.

Images are float, `(batch, height, width, 3)`, in [-1, 1]. Written in
`keras.ops` only.
"""

from keras import ops

from cartoongan_tf.filters import edge_flow
from cartoongan_tf.filters import luminance

_MIN_GRADIENT = 0.08  # Gradient that counts as a detail.
_RADIUS = 10  # Radius, in pixels, of the box blurs.
_DENSITY_RANGE = (0.45, 0.65)  # Gradient density: no texture below, all above.
_COHERENCE_RANGE = (0.3, 0.6)  # Coherence: all texture below, none above.
_VOTE_RANGE = (0.5, 0.7)  # Fraction of texture pixels around a texture pixel.


def mask(photos):
    """Computes the texture mask of photos.

    Args:
        photos: Photos of shape `(batch, height, width, 3)` in [-1, 1]; sides of
            at least 11 pixels.

    Returns:
        Images of shape `(batch, height, width, 1)`: 1 in texture, else 0.
    """
    light = luminance.luminance(photos)
    magnitude = edge_flow.gradient_magnitude(light)
    details = ops.clip(magnitude / _MIN_GRADIENT, 0, 1)
    density = edge_flow.blur(details, _RADIUS)
    coherence = edge_flow.coherence(edge_flow.blur(light, 1))
    is_texture = ramp(density, _DENSITY_RANGE) * (
        1 - ramp(coherence, _COHERENCE_RANGE)
    )
    return ramp(edge_flow.blur(is_texture, _RADIUS), _VOTE_RANGE)


def ramp(values, ends):
    """Linear ramp from 0 at the first of two ends to 1 at the second."""
    low, high = ends
    return ops.clip((values - low) / (high - low), 0, 1)
