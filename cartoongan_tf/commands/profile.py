"""Measures an exported file as `profile_usage` describes it."""

import json
import pathlib

from cartoongan_tf.core import errors
from cartoongan_tf.core import model_interface
from cartoongan_tf.export import profiling


def main(arguments):
    path, *sizes = arguments
    if not sizes:
        raise errors.InputError(f"name sizes for {path}, such as 256x256.")
    model_interface.sizes_of("sizes", sizes)
    if not pathlib.Path(path).exists():
        raise errors.InputError(f"{path} does not exist.")
    probe = profiling.probe(pathlib.Path(path), sizes)
    print(json.dumps(probe._asdict(), indent=2))
