"""Luminance of RGB images.

Written in `keras.ops` only.
"""

from keras import ops

_WEIGHTS = (0.299, 0.587, 0.114)  # Red, green and blue; ITU-R BT.601.


def luminance(images):
    """Computes the weighted sum of the color channels.

    Args:
        images: RGB images of shape `(batch, height, width, 3)`, in any range.

    Returns:
        Images of shape `(batch, height, width, 1)`, in the same range.
    """
    weights = ops.convert_to_tensor(_WEIGHTS, images.dtype)
    return ops.sum(images * weights, axis=-1, keepdims=True)
