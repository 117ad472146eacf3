"""Implements `cartoongan profile`; see `profile_usage`."""

import json
import pathlib

from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface
from cartoongan_tf.export import profiling
from cartoongan_tf.inference import saved_model_runtime


def main(arguments):
    path, *texts = arguments
    sizes = model_interface.sizes_of("SIZE", texts)
    if None in sizes or not sizes:
        raise errors.InputError(f"name sizes for {path}, such as 256x256.")
    names = [model_interface.signature_of(size) for size in sizes]
    try:
        profile = profiling.profile(_find(pathlib.Path(path)), names)
    except RuntimeError as error:
        first, *_, reason = str(error).splitlines()  # Between is a traceback.
        raise errors.InputError(f"{first} {reason}") from error
    print(json.dumps(profile._asdict(), indent=2))


def _find(path):
    """Returns a file, or the folder of a SavedModel's highest version."""
    if not path.exists():
        raise errors.InputError(f"{path} does not exist.")
    saved_model = saved_model_runtime.find(path)
    if saved_model:
        return saved_model
    if path.is_dir() or path.suffix not in profiling.FILE_SUFFIXES:
        raise errors.InputError(
            f"{path} is no exported model; name a SavedModel folder or a file "
            f"that ends in {' or '.join(profiling.FILE_SUFFIXES)}."
        )
    return path
