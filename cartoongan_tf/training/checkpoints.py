"""The state of a training phase: one file, complete or absent.

It holds the variables of the model's networks, of its optimizers with their
step, and of its image pool. Nothing else has a state: data, random draws and
learning rates are functions of the step.

An `.npz` file, not Keras' `.weights.h5`: on a full disk HDF5 floods the
terminal and crashes the process, where NumPy raises an `OSError`.
"""

import pathlib
import zipfile

import keras
import numpy as np

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors


def save(model: keras.Model, path: pathlib.Path) -> None:
    """Writes the `state` of a model; the old file stays until then.

    Raises:
        Diverged: If a number in it is none; the old file stays.
    """
    arrays = {
        f"{number:04}": keras.ops.convert_to_numpy(variable)
        for number, variable in enumerate(model.state)
    }
    if not all(np.isfinite(array).all() for array in arrays.values()):
        raise errors.Diverged(
            f"Weights became infinite or NaN before step {int(model.step)} of "
            f"this phase. {errors.LOWER_RATES}"
        )
    with atomic_files.atomic_path(path) as temporary:
        np.savez(temporary, **arrays)


def restore(model: keras.Model, path: pathlib.Path) -> int:
    """Reads a state that `save` wrote.

    Args:
        model: Compiled model of the same settings; it has a `state` and a
            `step`.
        path: File to read.

    Returns:
        The step of the state, or 0 if there is no such file.

    Raises:
        InputError: If the file cannot be read, or holds another state.
    """
    if not path.exists():
        return 0
    try:
        with np.load(path) as archive:
            arrays = [archive[name] for name in sorted(archive)]
        for variable, array in zip(model.state, arrays, strict=True):
            variable.assign(array)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise errors.InputError(
            f"The checkpoint {path} cannot be read "
            f"({str(error).splitlines()[0]}); remove it to begin this phase "
            "again, or choose another `workdir`."
        ) from error
    return int(model.step)
