"""L0 gradient minimization: photos made of flat patches (Xu et al., 2011).

Finds the image near to a photo that has the fewest places where it changes:
shading and texture become flat patches, contours stay as sharp as they were.
That is how illustrations are painted. (A guided filter leaves soft shading.)

Images are float, `(batch, height, width, 3)`, in [-1, 1]. Written in
`keras.ops` only.
"""

import numpy as np
from keras import ops

_PENALTY_FACTOR = 4.0  # Factor of the penalty from one iteration to the next.
_MAX_PENALTY = 1e4


def smooth(images, strength=0.01):
    """Makes images of flat patches.

    Args:
        images: Images of shape `(batch, height, width, 3)` in [-1, 1].
        strength: Lambda of the paper, for pixels in [0, 1]: a change of less
            than about its root is flattened. 0.003 keeps wrinkles, 0.01 makes
            a face of few patches.

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
        # All channels change at a place, or none does.
        energy = ops.sum(
            ops.square(down) + ops.square(across), axis=1, keepdims=True
        )
        stays = ops.cast(energy >= strength / penalty, images.dtype)
        down, across = stays * down, stays * across
        divergence = _previous(down, -2) - down + _previous(across, -1) - across
        real, imaginary = _fft(divergence)
        kept = 1 / (1 + penalty * response)
        # Differences sum to zero. Rounded they do not quite, and the penalty
        # is large: without this, an image's mean would drift.
        changed = ops.where(response > 0, penalty * kept, 0)
        smoothed = ops.ifft2(
            (
                kept * spectrum[0] + changed * real,
                kept * spectrum[1] + changed * imaginary,
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
    """Squared frequency response of differences down and across."""
    rows, columns = (
        2 - 2 * np.cos(2 * np.pi * np.arange(side) / side)
        for side in (height, width)
    )
    return rows[:, None] + columns[None, :]
