"""Skin likelihood of colors.

In the Cb-Cr plane, skin of all colors lies near one line: the skin tone line of
vectorscopes, and the I axis of YIQ. Written in `keras.ops` only.
"""

import math

from keras import ops

from cartoongan_tf.filters import luminance
from cartoongan_tf.filters import texture

_CB_FACTOR, _CR_FACTOR = 0.564, 0.713  # For B - Y and R - Y; ITU-R BT.601.
_SKIN_ANGLE = math.radians(123)
_COSINE_POWER = 12  # Narrows the range of hues.
_GRAY_CHROMA = (0.03, 0.08)  # Gray, without a hue, below; skin above.
_VIVID_CHROMA = (0.3, 0.6)  # Skin below; oranges and reds above.
_EPSILON = 1e-3  # Minimum divisor.


def likelihood(images):
    """Scores the similarity of colors to skin.

    Args:
        images: Images of shape `(batch, height, width, 3)` in [-1, 1].

    Returns:
        Images of shape `(batch, height, width, 1)` in [0, 1]; wood, brick and
        sand also have high values.
    """
    color = images - luminance.luminance(images)
    cb, cr = _CB_FACTOR * color[..., 2:], _CR_FACTOR * color[..., :1]
    chroma = ops.sqrt(cb * cb + cr * cr)
    projection = cb * math.cos(_SKIN_ANGLE) + cr * math.sin(_SKIN_ANGLE)
    cosine = ops.clip(projection / ops.maximum(chroma, _EPSILON), 0, 1)
    colored = texture.ramp(chroma, _GRAY_CHROMA)
    vivid = texture.ramp(chroma, _VIVID_CHROMA)
    return colored * (1 - vivid) * cosine**_COSINE_POWER
