"""Implements `cartoongan check_gpu`; see `check_gpu_usage`."""

import pathlib
import sys

from cartoongan_tf.core import errors
from cartoongan_tf.export.litert import gpu_compatibility

_FILE_IDENTIFIER = b"TFL3"


def main(paths):
    found = [
        f"{path}: {problem}" for path in paths for problem in _problems(path)
    ]
    print("\n".join(found) or "No problems.")
    sys.exit(bool(found))


def _problems(path):
    try:
        data = pathlib.Path(path).read_bytes()
    except OSError as error:
        raise errors.InputError(
            f"{path} cannot be read: {error.strerror}."
        ) from error
    if data[4:8] != _FILE_IDENTIFIER:
        raise errors.InputError(f"{path} is not a .tflite file.")
    return gpu_compatibility.problems(data)
