"""Ink: photos as flat patches, and dark lines along their contours.

Where a discriminator alone takes too long to draw contours, the content loss
can ask for them: this is what a generator is then told to draw. A line lies on
the darker side of a contour, where the surroundings are brighter than the
place itself (a difference of means, as in Winnemoeller et al., 2012, XDoG).

Images are float, `(batch, height, width, 3)`, in [-1, 1]. Written in
`keras.ops` only.
"""

from keras import ops

from cartoongan_tf.filters import guided_filter
from cartoongan_tf.filters import l0_smoothing
from cartoongan_tf.filters import luminance

_INK = -0.85
_NEAR = 1  # Half the sides, in pixels, of the squares that are compared.
_FAR = 2
_FAINTEST = 0.02  # Difference from which on there is ink.
_GAIN = 50.0  # Ink, of 1, by the difference above that.


def ink(photos):
    """Makes photos of flat patches, and draws lines along their contours.

    Args:
        photos: Photos of shape `(batch, height, width, 3)` in [-1, 1].

    Returns:
        Images of the same shape.
    """
    patches = l0_smoothing.smooth(photos)
    # Filtered, small spots get no lines.
    light = luminance.luminance(guided_filter.smooth(patches))
    near, far = (_blur(light, radius) for radius in (_NEAR, _FAR))
    opacity = ops.clip(_GAIN * (far - near - _FAINTEST), 0, 1)
    return patches + opacity * (_INK - patches)


def _blur(images, radius):
    """Means over squares, and once more over those."""
    for _ in range(2):
        images = guided_filter.box(images, radius)
    return images
