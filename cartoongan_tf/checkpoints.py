"""The state of a training phase: one file, complete or absent.

It holds the weights of the model's networks, of its optimizers with their
step, and of its image pool. Nothing else has a state: data, random draws and
learning rates are functions of the step.
"""

import pathlib

import keras

from cartoongan_tf import errors
from cartoongan_tf import files


def save(model: keras.Model, path: pathlib.Path) -> None:
    """Writes the state of a compiled model; the old file stays until then."""
    try:
        with files.written_whole(path) as draft:
            model.save_weights(draft)
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def restore(model: keras.Model, path: pathlib.Path) -> int:
    """Reads a state that `save` wrote.

    Args:
        model: Compiled model of the same settings; it has a `step`.
        path: File to read.

    Returns:
        The step of the state, or 0 if there is no such file.

    Raises:
        InputError: If the file cannot be read.
    """
    if not path.exists():
        return 0
    try:
        model.load_weights(path)
    except (OSError, ValueError, KeyError) as error:
        raise errors.InputError(
            f"The checkpoint {path} cannot be read "
            f"({str(error).splitlines()[0]}); remove it to begin this phase "
            "anew, or choose another --workdir."
        ) from error
    return int(model.step)
