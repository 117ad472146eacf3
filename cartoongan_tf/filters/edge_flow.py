"""Edge flow: which way contours run, and averages along them.

A structure tensor, averaged over squares, tells around each pixel the
direction in which an image changes least, and how far all changes agree
(Weickert, 1998). Averaged along that direction, a line closes its gaps and
loses its frayed edges (line integral convolution, Cabral and Leedom, 1993; for
lines of drawings Kang et al., 2007, and Winnemoeller et al., 2012).

Images are float, `(batch, height, width, 1)`. Written in `keras.ops` only.
"""

import math

from keras import ops

from cartoongan_tf.filters import guided_filter

_NOISE = 1e-4  # Squared difference of neighbors that has no direction.


def coherence(light, radius=5):
    """How far all differences around a pixel have one direction.

    From the eigenvalues of the structure tensor: their difference by their
    sum (Weickert, 1998).

    Args:
        light: Images of shape `(batch, height, width, 1)`.
        radius: Half the side, in pixels, of the squares that have one
            direction, or not.

    Returns:
        Images of the same shape in [0, 1].
    """
    down, across, both = _structure_tensor(light, radius)
    difference = ops.sqrt(ops.square(down - across) + 4 * ops.square(both))
    return difference / (down + across + _NOISE)


def average_along(images, light, length=5, radius=2):
    """Averages images along the contours of others.

    Args:
        images: Images of shape `(batch, height, width, 1)`.
        light: Images of the same shape, whose contours give the direction.
        length: How many pixels to go, each way, with the weights of a
            Gaussian whose standard deviation is half of that.
        radius: Half the side, in pixels, of the squares that have one
            direction.

    Returns:
        Images of the same shape.
    """
    down, across, both = _structure_tensor(light, radius)
    steepest = ops.arctan2(2 * both, across - down) / 2
    flow = ops.concatenate([ops.cos(steepest), -ops.sin(steepest)], axis=-1)
    field = ops.concatenate([images, flow], axis=-1)
    start = _places(images)
    total, weights = images, 1.0
    for sign in (1.0, -1.0):
        place, heading = start, sign * flow
        for step in range(1, length + 1):
            place = place + heading
            seen = _sample(field, place)
            weight = math.exp(-2 * (step / length) ** 2)
            total += weight * seen[..., :1]
            weights += weight
            # A direction and its opposite are the same contour.
            turned = ops.sum(seen[..., 1:] * heading, axis=-1, keepdims=True)
            heading = ops.where(turned < 0, -seen[..., 1:], seen[..., 1:])
    return total / weights


def blur(images, radius):
    """Means over squares, and once more over those.

    Args:
        images: Images of shape `(batch, height, width, channels)`.
        radius: Half the side of the squares, in pixels.

    Returns:
        Images of the same shape.
    """
    for _ in range(2):
        images = guided_filter.box(images, radius)
    return images


def slopes(light):
    """Slopes down and across, from the pixels on both sides of each.

    Args:
        light: Images of shape `(batch, height, width, channels)`.

    Returns:
        Two images of the same shape, in units of the images by pixel.
    """
    none = (0, 0)
    padded = ops.pad(light, (none, (1, 1), (1, 1), none), mode="symmetric")
    down = padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1]
    across = padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]
    return down / 2, across / 2


def steepness(light):
    """Slopes where they are steepest, of the same shape as `light`."""
    down, across = slopes(light)
    return ops.sqrt(ops.square(down) + ops.square(across))


def _structure_tensor(light, radius):
    down, across = slopes(light)
    products = (down * down, across * across, down * across)
    return [blur(product, radius) for product in products]


def _places(images):
    """Row and column of each pixel, `(batch, height, width, 2)`."""
    batch, height, width, _ = images.shape
    rows, columns = ops.meshgrid(
        ops.arange(height, dtype=images.dtype),
        ops.arange(width, dtype=images.dtype),
        indexing="ij",
    )
    places = ops.stack([rows, columns], axis=-1)
    return ops.broadcast_to(places, (batch, height, width, 2))


def _sample(images, places):
    """Images at the pixels nearest to places, which may lie outside."""
    batch, height, width, channels = images.shape
    nearest = ops.cast(ops.round(places), "int32")
    rows = ops.clip(nearest[..., 0], 0, height - 1)
    columns = ops.clip(nearest[..., 1], 0, width - 1)
    numbers = ops.reshape(ops.arange(batch), (batch, 1, 1))
    flat = ops.reshape(images, (batch * height * width, channels))
    return ops.take(flat, (numbers * height + rows) * width + columns, axis=0)
