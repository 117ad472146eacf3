"""The state of a training phase: a file, whole or absent, and the one before.

It holds the variables of the model's networks, of its optimizers with their
step, and of its image pool. Nothing else has a state: data, random draws and
learning rates are functions of the step.

An `.npz` file, not Keras' `.weights.h5`: on a full disk HDF5 floods the
terminal and crashes the process, where NumPy raises an `OSError`. Each array in
it has a CRC-32, which is compared when it is read.
"""

import os
import pathlib
import sys
import zipfile

import keras
import numpy as np

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors
from cartoongan_tf.core import finite
from cartoongan_tf.inference import adapters

# What reading a damaged file raises: `zipfile`, NumPy and `assign`.
_DAMAGES = (
    OSError,
    ValueError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
)


def exist(path: pathlib.Path) -> bool:
    """Whether `save` has written a file, or the one before is left."""
    return path.exists() or _previous(path).exists()


def save(model: keras.Model, path: pathlib.Path) -> None:
    """Writes the `state` of a model; the old file stays until then.

    It is kept beside the new one, with `_previous` in its name, if it is
    whole.

    Raises:
        Diverged: If a number in it is none; the old file stays.
    """
    arrays = {
        name: keras.ops.convert_to_numpy(variable)
        for name, variable in zip(_names(model.state), model.state, strict=True)
    }
    if finite.first_without(arrays.items()):
        raise errors.Diverged(
            f"Weights became infinite or NaN before step {int(model.step)} of "
            f"this phase. {errors.LOWER_RATES}"
        )
    with atomic_files.atomic_path(path) as temporary:
        np.savez(temporary, **arrays)
        if _is_whole(path):
            os.replace(path, _previous(path))


def restore(model: keras.Model, path: pathlib.Path) -> int:
    """Reads a state that `save` wrote.

    Args:
        model: Compiled model of the same settings; it has a `state` and a
            `step`.
        path: File to read. If it is damaged, the one before is read, and that
            is printed.

    Returns:
        The step of the state, or 0 if there is no such file.

    Raises:
        InputError: If neither can be read, or they hold another state.
    """
    there = [file for file in (path, _previous(path)) if file.exists()]
    damages = []
    for file in there:
        try:
            _read(model, file)
        except _DAMAGES as error:
            damages.append(error)
            continue
        if damages:
            print(
                f"The checkpoint {path} is damaged "
                f"({adapters.reason(damages[0])}); the one before it, "
                f"{file.name}, is used.",
                file=sys.stderr,
            )
        return int(model.step)
    if damages:
        raise errors.InputError(
            f"The checkpoint {there[0]} cannot be read "
            f"({adapters.reason(damages[0])}); remove {there[0].stem}*.npz to "
            "begin this phase again, or choose another `workdir`."
        ) from damages[0]
    return 0


def _read(model, path):
    names = _names(model.state)
    with open(path, "rb") as file, np.load(file) as archive:
        if sorted(archive) != names:
            raise ValueError("it holds another number of arrays")
        arrays = [archive[name] for name in names]
    for variable, array in zip(model.state, arrays, strict=True):
        variable.assign(array)


def _names(variables):
    return [f"{number:04}" for number in range(len(variables))]


def _previous(path):
    return path.with_stem(f"{path.stem}_previous")


def _is_whole(path):
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except _DAMAGES:
        return False
