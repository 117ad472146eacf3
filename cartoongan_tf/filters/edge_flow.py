"""Edge flow: directions of contours, and averaging along them.

The smoothed structure tensor gives the direction in which an image changes
least around each pixel, and the coherence of the gradients (Weickert, 1998).
Averaging along that direction closes gaps in lines and smooths frayed edges
(line integral convolution, Cabral and Leedom, 1993; for line drawings Kang et
al., 2007, and Winnemoeller et al., 2012).

Images are float, `(batch, height, width, 1)`. Written in `keras.ops` only.
"""

import math

from keras import ops

from cartoongan_tf.filters import guided_filter

_NOISE_ENERGY = 1e-4  # Squared gradient below which there is no direction.


def coherence(light, radius=5):
    """Coherence of the gradients around each pixel; 1 for one direction.

    The difference of the eigenvalues of the structure tensor, divided by their
    sum (Weickert, 1998).

    Args:
        light: Images of shape `(batch, height, width, 1)`.
        radius: Radius of the structure tensor's box blur, in pixels.

    Returns:
        Images of the same shape in [0, 1].
    """
    down, across, both = _structure_tensor(light, radius)
    difference = ops.sqrt(ops.square(down - across) + 4 * ops.square(both))
    return difference / (down + across + _NOISE_ENERGY)


def average_along(images, light, length=5, radius=2):
    """Averages images along the contours of others.

    Args:
        images: Images of shape `(batch, height, width, 1)`.
        light: Images of the same shape, whose contours give the direction.
        length: Pixels to average over in each direction, with Gaussian
            weights whose standard deviation is half of it.
        radius: Radius of the structure tensor's box blur, in pixels.

    Returns:
        Images of the same shape.
    """
    down, across, both = _structure_tensor(light, radius)
    steepest = ops.arctan2(2 * both, across - down) / 2
    flow = ops.concatenate([ops.cos(steepest), -ops.sin(steepest)], axis=-1)
    field = ops.concatenate([images, flow], axis=-1)
    start = _coordinates(images)
    total, weights = images, 1.0
    for sign in (1.0, -1.0):
        position, direction = start, sign * flow
        for step in range(1, length + 1):
            position = position + direction
            sampled = _sample(field, position)
            weight = math.exp(-2 * (step / length) ** 2)
            total += weight * sampled[..., :1]
            weights += weight
            # Opposite directions are the same contour: keep going forward.
            next_flow = sampled[..., 1:]
            dot = ops.sum(next_flow * direction, axis=-1, keepdims=True)
            direction = ops.where(dot < 0, -next_flow, next_flow)
    return total / weights


def blur(images, radius):
    """Applies a box blur twice.

    Args:
        images: Images of shape `(batch, height, width, channels)`.
        radius: Radius of the box, in pixels.

    Returns:
        Images of the same shape.
    """
    for _ in range(2):
        images = guided_filter.box(images, radius)
    return images


def gradients(light):
    """Central differences, vertical and horizontal.

    Args:
        light: Images of shape `(batch, height, width, channels)`.

    Returns:
        Two images of the same shape, in units of the images per pixel.
    """
    none = (0, 0)
    padded = ops.pad(light, (none, (1, 1), (1, 1), none), mode="symmetric")
    down = padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1]
    across = padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]
    return down / 2, across / 2


def gradient_magnitude(light):
    """Magnitude of the gradient, of the same shape as `light`."""
    down, across = gradients(light)
    return ops.sqrt(ops.square(down) + ops.square(across))


def _structure_tensor(light, radius):
    down, across = gradients(light)
    products = (down * down, across * across, down * across)
    return [blur(product, radius) for product in products]


def _coordinates(images):
    """Row and column of each pixel, `(batch, height, width, 2)`."""
    batch, height, width, _ = images.shape
    rows, columns = ops.meshgrid(
        ops.arange(height, dtype=images.dtype),
        ops.arange(width, dtype=images.dtype),
        indexing="ij",
    )
    coordinates = ops.stack([rows, columns], axis=-1)
    return ops.broadcast_to(coordinates, (batch, height, width, 2))


def _sample(images, positions):
    """Nearest-neighbor sampling; positions are clamped to the image."""
    batch, height, width, channels = images.shape
    nearest = ops.cast(ops.round(positions), "int32")
    rows = ops.clip(nearest[..., 0], 0, height - 1)
    columns = ops.clip(nearest[..., 1], 0, width - 1)
    numbers = ops.reshape(ops.arange(batch), (batch, 1, 1))
    flat = ops.reshape(images, (batch * height * width, channels))
    return ops.take(flat, (numbers * height + rows) * width + columns, axis=0)
