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
    arrays = dict(
        zip(
            _names(model.state),
            map(keras.ops.convert_to_numpy, model.state),
            strict=True,
        )
    )
    if not all(np.isfinite(array).all() for array in arrays.values()):
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
    damages = {}
    for file in (path, _previous(path)):
        if not file.exists():
            continue
        try:
            _read(model, file)
        except _DAMAGES as error:
            damages[file] = error
            continue
        for damaged, reason in damages.items():
            print(
                f"The checkpoint {damaged} is damaged ({_first_line(reason)}); "
                f"the one before it, {file.name}, is used.",
                file=sys.stderr,
            )
        return int(model.step)
    for damaged, reason in damages.items():
        raise errors.InputError(
            f"The checkpoint {damaged} cannot be read ({_first_line(reason)}); "
            f"remove {damaged.stem}*.npz to begin this phase again, or choose "
            "another `workdir`."
        ) from reason
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


def _first_line(error):
    return str(error).splitlines()[0] if str(error) else type(error).__name__
