"""A guided filter: photos without their texture (He et al., 2013).

An edge-preserving smoother whose output is, around each pixel, a linear
function of the photo's own gray: what varies little there (fur, wood grain,
plaster) is averaged away, and what varies much (contours) stays.

Images are float, `(batch, height, width, 3)`, in [-1, 1]. Written in
`keras.ops` only.
"""

from keras import ops


def smooth(images, radius=2, epsilon=0.02, passes=2):
    """Takes the texture out of images, and leaves their contours.

    Args:
        images: Images of shape `(batch, height, width, 3)` in [-1, 1].
        radius: Half the side, in pixels, of the square that is averaged
            over; below the height and the width.
        epsilon: Variance, in squared units of the images, below which
            something counts as texture.
        passes: How often the filter is applied.

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
    """Means over squares, mirrored at the border; rows first, then columns.

    Args:
        images: Images of shape `(batch, height, width, channels)`.
        radius: Half the side of the squares, in pixels.

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
