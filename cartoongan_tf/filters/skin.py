"""How near colors are to those of skin.

In the plane of Cb and Cr, skin of all colors lies near one line: the skin tone
line of vectorscopes, and the I of YIQ. Written in `keras.ops` only.
"""

import math

from keras import ops

from cartoongan_tf.filters import luminance
from cartoongan_tf.filters import texture

_BLUE, _RED = 0.564, 0.713  # Factors of Cb and Cr, of distances from luminance.
_ANGLE = math.radians(123)
_NARROWNESS = 12  # Power of a cosine.
_GRAY_CHROMA = (0.03, 0.08)  # Gray, of no hue, below; skin above.
_VIVID_CHROMA = (0.3, 0.6)  # Skin below; none above: oranges and reds.
_LEAST = 1e-3  # Divisor.


def likeness(images):
    """Measures how near colors are to those of skin.

    Args:
        images: Images of shape `(batch, height, width, 3)` in [-1, 1].

    Returns:
        Images of shape `(batch, height, width, 1)` in [0, 1]; wood, brick and
        sand have high values, too.
    """
    color = images - luminance.luminance(images)
    blue, red = _BLUE * color[..., 2:], _RED * color[..., :1]
    chroma = ops.sqrt(blue * blue + red * red)
    along = blue * math.cos(_ANGLE) + red * math.sin(_ANGLE)
    cosine = ops.clip(along / ops.maximum(chroma, _LEAST), 0, 1)
    colored = texture.ramp(chroma, _GRAY_CHROMA)
    vivid = texture.ramp(chroma, _VIVID_CHROMA)
    return colored * (1 - vivid) * cosine**_NARROWNESS
