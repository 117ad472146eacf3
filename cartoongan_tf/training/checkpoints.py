"""Checkpoints of a training phase: the newest, and the one before it.

A checkpoint holds the variables of the model's networks, of its optimizers
with their step, and of its image pool. Nothing else has state: data, random
draws and learning rates are functions of the step.

The format is `.npz`, not Keras' `.weights.h5`: on a full disk HDF5 floods the
terminal and crashes the process, where NumPy raises an `OSError`. Each array
has a CRC-32, which is verified on reading.
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
from cartoongan_tf.training import divergence_guard

# Raised by `zipfile`, NumPy and `assign` for a damaged file.
_READ_ERRORS = (
    OSError,
    ValueError,
    EOFError,
    RuntimeError,
    zipfile.BadZipFile,
)


def exist(path: pathlib.Path) -> bool:
    """Whether there is a checkpoint, or the one before it."""
    return path.exists() or _previous(path).exists()


def save(model: keras.Model, path: pathlib.Path) -> None:
    """Writes the `state` of a model atomically.

    If the old file is intact, it is kept as `*_previous.npz`.

    Raises:
        Diverged: If a weight is infinite or NaN; the old file stays.
    """
    arrays = {
        name: keras.ops.convert_to_numpy(variable)
        for name, variable in zip(_names(model.state), model.state, strict=True)
    }
    if finite.first_nonfinite(arrays.items()):
        raise divergence_guard.Diverged(
            f"Weights became infinite or NaN before step {int(model.step)} of "
            f"this phase. {divergence_guard.LOWER_RATES_ADVICE}"
        )
    with atomic_files.atomic_path(path) as temporary:
        np.savez(temporary, **arrays)
        if _is_intact(path):
            os.replace(path, _previous(path))


def restore(model: keras.Model, path: pathlib.Path) -> int:
    """Restores a checkpoint that `save` wrote.

    Args:
        model: Compiled model with the same settings; it has a `state` and a
            `step`.
        path: Checkpoint file. If it is damaged, a note is printed and the one
            before it is read.

    Returns:
        Step of the checkpoint, 0 if there is none.

    Raises:
        InputError: If neither file can be read or fits the model.
    """
    candidates = [file for file in (path, _previous(path)) if file.exists()]
    failures = []
    for file in candidates:
        try:
            _read(model, file)
        except _READ_ERRORS as error:
            failures.append(error)
            continue
        if failures:
            print(
                f"The checkpoint {path} is damaged "
                f"({adapters.reason(failures[0])}); using the one before it, "
                f"{file.name}.",
                file=sys.stderr,
            )
        return int(model.step)
    if failures:
        newest = candidates[0]
        raise errors.InputError(
            f"The checkpoint {newest} cannot be read "
            f"({adapters.reason(failures[0])}); remove {newest.stem}*.npz to "
            "start this phase over, or choose another `workdir`."
        ) from failures[0]
    return 0


def _read(model, path):
    names = _names(model.state)
    with open(path, "rb") as file, np.load(file) as archive:
        if sorted(archive) != names:
            raise ValueError("its number of arrays differs")
        arrays = [archive[name] for name in names]
    for variable, array in zip(model.state, arrays, strict=True):
        variable.assign(array)


def _names(variables):
    return [f"{number:04}" for number in range(len(variables))]


def _previous(path):
    return path.with_stem(f"{path.stem}_previous")


def _is_intact(path):
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except _READ_ERRORS:
        return False
