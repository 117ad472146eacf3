"""Implements `cartoongan profile`; see `profile_usage`."""

import json
import pathlib

from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface
from cartoongan_tf.export import profiling


def main(arguments):
    path, *sizes = arguments
    if None in model_interface.sizes_of("SIZE", sizes) or not sizes:
        raise errors.InputError(f"name sizes for {path}, such as 256x256.")
    if not pathlib.Path(path).exists():
        raise errors.InputError(f"{path} does not exist.")
    try:
        profile = profiling.profile(pathlib.Path(path), sizes)
    except RuntimeError as error:
        raise errors.InputError(str(error)) from error
    print(json.dumps(profile._asdict(), indent=2))
