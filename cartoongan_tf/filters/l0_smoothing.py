"""L0 gradient minimization: reduces photos to flat patches (Xu et al., 2011).

Finds the image close to a photo that has the fewest nonzero gradients: shading
and texture become flat patches, and contours stay as sharp as they were, as in
painted illustrations. (A guided filter leaves soft shading.)

Images are float, `(batch, height, width, 3)`, in [-1, 1]. Written in
`keras.ops` only.
"""

import numpy as np
from keras import ops

_PENALTY_FACTOR = 4.0  # Growth of the penalty per iteration.
_MAX_PENALTY = 1e4


def smooth(images, strength=0.01):
    """Flattens images into patches.

    Args:
        images: Images of shape `(batch, height, width, 3)` in [-1, 1].
        strength: Lambda of the paper, for pixels in [0, 1]: gradients below
            about its square root are flattened. 0.003 keeps wrinkles, 0.01
            reduces a face to a few patches.

    Returns:
        Images of the same shape.
    """
    pixels = ops.transpose((images + 1) / 2, (0, 3, 1, 2))
    spectrum = _fft(pixels)
    response = ops.convert_to_tensor(
        _laplacian_response(*images.shape[1:3]), images.dtype
    )
    smoothed, penalty = pixels, 2 * strength
    while penalty < _MAX_PENALTY:
        down, across = (_next(smoothed, axis) - smoothed for axis in (-2, -1))
        # All channels keep the gradient of a pixel, or none does.
        energy = ops.sum(
            ops.square(down) + ops.square(across), axis=1, keepdims=True
        )
        is_kept = ops.cast(energy >= strength / penalty, images.dtype)
        down, across = is_kept * down, is_kept * across
        divergence = _previous(down, -2) - down + _previous(across, -1) - across
        real, imaginary = _fft(divergence)
        image_gain = 1 / (1 + penalty * response)
        # Differences sum to zero except for rounding, which the large penalty
        # amplifies: without the mask, the mean of an image would drift.
        gradient_gain = ops.where(response > 0, penalty * image_gain, 0)
        smoothed = ops.ifft2(
            (
                image_gain * spectrum[0] + gradient_gain * real,
                image_gain * spectrum[1] + gradient_gain * imaginary,
            )
        )[0]
        penalty *= _PENALTY_FACTOR
    return ops.clip(2 * ops.transpose(smoothed, (0, 2, 3, 1)) - 1, -1, 1)


def _fft(images):
    return ops.fft2((images, ops.zeros_like(images)))


def _next(images, axis):
    return ops.roll(images, -1, axis=axis)


def _previous(images, axis):
    return ops.roll(images, 1, axis=axis)


def _laplacian_response(height, width):
    """Squared frequency response of vertical and horizontal differences."""
    rows, columns = (
        2 - 2 * np.cos(2 * np.pi * np.arange(side) / side)
        for side in (height, width)
    )
    return rows[:, None] + columns[None, :]
