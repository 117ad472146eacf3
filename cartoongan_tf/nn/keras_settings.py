"""Keras settings that override ~/.keras/keras.json.

The root of the package selects the backend, and networks and losses specify
channels last themselves. What remains is the dtype of weights, and the layout
of the networks of `keras.applications`.
"""

import contextlib
from collections.abc import Iterator

import keras

from cartoongan_tf.core import errors

_BACKEND = "tensorflow"
_DTYPE = "float32"
_LAYOUT = "channels_last"


def apply() -> None:
    """Applies the settings to the whole process; for commands only.

    Raises:
        InputError: If Keras does not run on TensorFlow.
    """
    _require_tensorflow()
    keras.config.set_floatx(_DTYPE)
    keras.config.set_dtype_policy(_DTYPE)
    keras.config.set_image_data_format(_LAYOUT)


@contextlib.contextmanager
def fixed(policy: str = _DTYPE) -> Iterator[None]:
    """Applies the settings to networks built inside the block.

    Keras keeps the dtype policy per thread. The layout is global, so that
    other threads may see it while the block runs.

    Args:
        policy: Name of the `keras.DTypePolicy` of these networks.

    Raises:
        InputError: If Keras does not run on TensorFlow.
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
