"""Adapters from models with their own dtype and layout to uint8 pictures."""

import functools
import sys
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from cartoongan_tf.core import errors
from cartoongan_tf.core import finite
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import image_layout

_MAX_ABS_VALUE = 2.0  # Unbounded networks go a little beyond 1.


def run_on_picture(run: Callable, dtype: np.dtype, picture: np.ndarray):
    """Runs a model on a picture.

    Args:
        run: Function from an array of shape `(1, height, width, 3)` to another.
        dtype: Input dtype: uint8, or a float in [-1, 1].
        picture: uint8 RGB array of shape `(height, width, 3)`.

    Returns:
        An array of the same shape and type.

    Raises:
        InputError: If the model fails on the picture, changes its size, or
            outputs values far from [-1, 1].
    """
    height, width, _ = picture.shape
    size = f"pictures of {width}x{height} pixels"
    is_bytes = dtype == np.uint8
    photo = picture if is_bytes else pictures.to_network(picture).numpy()
    try:
        (cartoon,) = run(photo[None])
    except (RuntimeError, ValueError, tf.errors.InvalidArgumentError) as error:
        raise errors.InputError(
            f"the model cannot be run on {size} ({reason(error)}); try those "
            "of a size that it was made for."
        ) from error
    if cartoon.shape != picture.shape:
        raise errors.InputError(
            f"the model makes an array of shape {cartoon.shape} of {size}; "
            "try sides that are multiples of 32."
        )
    if cartoon.dtype == np.uint8:
        return cartoon
    values = cartoon.astype(np.float32)
    _check_range(values, photo)
    return pictures.to_pixels(np.clip(values, -1, 1)).numpy()


def _check_range(values, photo):
    """Checks that floats are in [-1, 1]; no metadata gives their range."""
    max_abs = np.abs(values).max()
    if max_abs > _MAX_ABS_VALUE:
        raise errors.InputError(
            f"the model gives values of up to {max_abs:.0f}; only models that "
            "take and give -1 to 1 are run."
        )
    is_dark = photo.mean() < 0
    if is_dark and values.min() >= 0:
        _note_range()


@functools.cache
def _note_range():
    """Prints a note once per process, not for every frame of a video."""
    print(
        "Note: the model gives nothing below the middle of -1 to 1; if it is "
        "one of 0 to 1, its cartoons come out pale.",
        file=sys.stderr,
    )


def from_network(network: keras.Model) -> Callable:
    """Wraps a third-party Keras network.

    Raises:
        ValueError: If it does not map one image to one image.
    """
    source, result = image_layout.infer(
        [(tensor.shape, tensor.dtype) for tensor in network.inputs],
        [(tensor.shape, tensor.dtype) for tensor in network.outputs],
    )

    def run(batch):
        cartoons = network(source.to_model(batch), training=False)
        return result.from_model(keras.ops.convert_to_numpy(cartoons))

    return lambda picture: run_on_picture(run, source.dtype, picture)


def first_nonfinite(network: keras.Model) -> str | None:
    """Returns the path of the first weight with NaN or infinity, or None."""
    return finite.first_nonfinite(
        (weight.path, keras.ops.convert_to_numpy(weight))
        for weight in network.weights
    )


def reason(error: Exception) -> str:
    """Returns the first line of a library's message, without its full stop.

    A line that ends in a colon gets the next one appended.
    """
    if "arbitrary code execution" in str(error):
        return "it holds code in a Lambda layer, which is not run"
    lines = [line for line in str(error).splitlines() if line.strip()]
    first, *more = lines or [type(error).__name__]
    if first.endswith(":") and more:
        first = f"{first} {more[0].strip()}"
    return first.rstrip(".")
