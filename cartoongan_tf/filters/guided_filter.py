"""Guided filter: removes the texture of photos (He et al., 2013).

Edge-preserving smoothing whose output is, around each pixel, a linear function
of the photo's own gray: small variations (fur, wood grain, plaster) are
averaged away, and large ones (contours) stay.

Images are float, `(batch, height, width, 3)`, in [-1, 1]. Written in
`keras.ops` only.
"""

from keras import ops


def smooth(images, radius=2, epsilon=0.02, passes=2):
    """Removes texture from images, and keeps their contours.

    Args:
        images: Images of shape `(batch, height, width, 3)` in [-1, 1].
        radius: Radius of the box that is averaged over, in pixels; smaller
            than the height and width.
        epsilon: Variance below which variations count as texture, in squared
            units of the images.
        passes: Number of times to apply the filter.

    Returns:
        Images of the same shape.
    """
    for _ in range(passes):
        images = _filter(images, radius, epsilon)
    return images


def _filter(images, radius, epsilon):
    guide = ops.mean(images, axis=-1, keepdims=True)
    guide_mean, mean = box(guide, radius), box(images, radius)
    covariance = box(guide * images, radius) - guide_mean * mean
    variance = box(guide * guide, radius) - guide_mean * guide_mean
    slope = covariance / (variance + epsilon)
    offset = mean - slope * guide_mean
    return box(slope, radius) * guide + box(offset, radius)


def box(images, radius):
    """Separable box blur with reflection padding.

    Args:
        images: Images of shape `(batch, height, width, channels)`.
        radius: Radius of the box, in pixels.

    Returns:
        Images of the same shape.
    """
    sides = ((0, 0), (radius, radius), (radius, radius), (0, 0))
    means = ops.pad(images, sides, mode="reflect")
    for window in ((2 * radius + 1, 1), (1, 2 * radius + 1)):
        means = ops.average_pool(
            means, window, strides=1, data_format="channels_last"
        )
    return means
