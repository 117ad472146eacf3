"""Files of models and of weights."""

import pathlib
import zipfile

import keras
import numpy as np

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.core import finite

_MAX_ARRAY_BYTES = 2**31  # The largest supported networks have 100 MB.


def save_model(model: keras.Model, path: str | pathlib.Path) -> None:
    """Saves a Keras model to a `.keras` file atomically."""
    with atomic_files.atomic_path(path) as temporary:
        model.save(temporary)


def read_arrays(flag: str, path: str | pathlib.Path) -> dict[str, np.ndarray]:
    """Reads all arrays of an `.npz` file.

    Raises:
        InputError: If it cannot be read, is too large for weights, or holds
            NaN or infinity.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(member.file_size for member in archive.infolist())
        if total > _MAX_ARRAY_BYTES:
            raise ValueError(f"it unpacks to {total} bytes")
        with np.load(path, allow_pickle=False) as archive:
            arrays = dict(archive)
    except Exception as error:  # zlib and tokenize raise errors of their own.
        raise errors.InputError(
            f"`{flag}`={path} cannot be read as an .npz file: {error}"
        ) from error
    broken = finite.first_nonfinite(arrays.items())
    if broken:
        raise errors.InputError(
            f"`{flag}`={path} holds values in {broken} that are no numbers; "
            "get the file again."
        )
    return arrays
