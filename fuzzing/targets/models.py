"""Files of weights and networks, opened as `--model` is."""

import contextlib
import os
import pathlib
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from cartoongan_tf.core import errors
from cartoongan_tf.inference import loading

_PHOTO = np.full((16, 16, 3), 128, np.uint8)


def check(data: bytes, suffix: str) -> None:
    """Opens a model, and if that goes well, runs it."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, f"model{suffix}")
        path.write_bytes(data)
        with contextlib.suppress(errors.InputError):
            loading.open_model(path, "model")(_PHOTO)
