"""Networks of `keras.applications`, with Keras' weights or a file's."""

import os
import pathlib
from collections.abc import Callable

import keras

from cartoongan_tf.core import choices
from cartoongan_tf.core import errors
from cartoongan_tf.nn import keras_settings


def check_weights(flag: str, weights: str) -> None:
    """Checks that weights are `"imagenet"` or an existing file.

    Args:
        flag: Name of the argument that gave `weights`, for messages.
        weights: `"imagenet"`, or a file ending in `.npz` or `.h5`.

    Raises:
        InputError: If the value is neither, or the file is missing.
    """
    if weights == choices.IMAGENET:
        return
    if pathlib.Path(weights).suffix not in (".npz", ".h5"):
        raise errors.InputError(
            f"`{flag}` must be imagenet, or a file ending in .npz or .h5, "
            f"received {weights}."
        )
    if not os.path.isfile(weights):
        raise errors.InputError(f"`{flag}`={weights} does not exist.")


def load_application(
    build: Callable,
    weights: str | None,
    *,
    flag: str,
    file: str,
    alternative: str,
) -> keras.Model:
    """Builds a network without its top.

    Args:
        build: Function of `keras.applications`.
        weights: `"imagenet"`, an `.h5` file, or None for random weights.
        flag: Name of the argument that gave `weights`, for messages.
        file: Name of the file that Keras downloads, for a manual download.
        alternative: Another way out, phrased to follow "or".

    Raises:
        InputError: If the weights are not available or do not fit.
    """
    try:
        with keras_settings.fixed():
            return build(include_top=False, weights=weights)
    except Exception as error:  # Keras raises a bare Exception when offline.
        reason = str(error).splitlines()[0]
        if weights != choices.IMAGENET:
            raise errors.InputError(
                f"`{flag}`={weights} does not hold the weights of "
                f"{build.__name__} without its top: {reason}"
            ) from error
        raise errors.InputError(
            f"The {build.__name__} weights could not be downloaded "
            f"({reason}). Download {file} from Keras' application weights on "
            f"a machine that is online and pass `{flag}`=FILE, or put it into "
            f"~/.keras/models; or {alternative}."
        ) from error
