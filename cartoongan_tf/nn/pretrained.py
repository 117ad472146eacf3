"""Networks of `keras.applications`, with weights of Keras or of a file."""

import os
import pathlib
from collections.abc import Callable

import keras

from cartoongan_tf.core import choices
from cartoongan_tf.core import errors
from cartoongan_tf.nn import keras_settings


def check_weights(flag: str, weights: str) -> None:
    """Refuses what is neither `"imagenet"` nor a file of weights.

    Args:
        flag: The flag that gave `weights`, for messages.
        weights: `"imagenet"`, or a file ending in `.npz` or `.h5`.

    Raises:
        InputError: If it is another word, or the file is missing.
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
    otherwise: str,
) -> keras.Model:
    """Builds a network without its top.

    Args:
        build: Function of `keras.applications`.
        weights: `"imagenet"`, an `.h5` file, or None for random ones.
        flag: The flag that gave `weights`, for messages.
        file: What Keras fetches, for those who must fetch it themselves.
        otherwise: What else can be done, to be read after "or".

    Raises:
        InputError: If the weights cannot be had, or are another network's.
    """
    try:
        with keras_settings.fixed():
            return build(include_top=False, weights=weights)
    except Exception as error:  # Keras raises a bare Exception when offline.
        reason = str(error).splitlines()[0]
        if weights != choices.IMAGENET:
            raise errors.InputError(
                f"`{flag}`={weights} are not {build.__name__}'s without its "
                f"top: {reason}"
            ) from error
        raise errors.InputError(
            f"The {build.__name__} weights could not be downloaded "
            f"({reason}). Download {file} from Keras' application weights on "
            f"a machine that is online and pass `{flag}`=FILE, or put it into "
            f"~/.keras/models; or {otherwise}."
        ) from error
