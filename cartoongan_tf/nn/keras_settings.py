"""Keras' settings, whatever ~/.keras/keras.json says.

The root of the package chooses the backend, and networks and losses are
channels last by themselves. What is left are the type of weights, and what
`keras.applications` builds.
"""

import contextlib
from collections.abc import Iterator

import keras

from cartoongan_tf.core import errors

_BACKEND = "tensorflow"
_DTYPE = "float32"
_LAYOUT = "channels_last"


def apply() -> None:
    """Settles them for a whole process, which must be ours.

    Raises:
        InputError: If Keras runs on another backend than TensorFlow.
    """
    _require_tensorflow()
    keras.config.set_floatx(_DTYPE)
    keras.config.set_dtype_policy(_DTYPE)
    keras.config.set_image_data_format(_LAYOUT)


@contextlib.contextmanager
def fixed(policy: str = _DTYPE) -> Iterator[None]:
    """Settles them for the networks that are built in the block.

    Keras keeps the type of weights for each thread. The layout is that of all
    threads, so that another one may see it for as long as the block takes.

    Args:
        policy: Name of the `keras.DTypePolicy` of these networks.

    Raises:
        InputError: If Keras runs on another backend than TensorFlow.
    """
    _require_tensorflow()
    dtype = keras.config.dtype_policy()
    layout = keras.config.image_data_format()
    keras.config.set_dtype_policy(policy)
    keras.config.set_image_data_format(_LAYOUT)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(dtype)
        keras.config.set_image_data_format(layout)


def _require_tensorflow():
    backend = keras.config.backend()
    if backend != _BACKEND:
        raise errors.InputError(
            f"Keras runs on {backend} here, and needs TensorFlow for this; set "
            f"KERAS_BACKEND={_BACKEND}, or import cartoongan_tf before keras."
        )
