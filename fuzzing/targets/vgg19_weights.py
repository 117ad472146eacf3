"""Files of weights in HDF5, loaded as `--vgg19_weights` is."""

import contextlib
import os
import pathlib
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras

from cartoongan_tf.core import errors
from cartoongan_tf.nn import pretrained


def build(include_top: bool, weights: str) -> keras.Model:
    """Builds and loads as VGG19 does, which has 20 million weights."""
    network = keras.Sequential([keras.Input((8, 8, 3))])
    network.add(keras.layers.Conv2D(2, 3, name="block1_conv1"))
    network.load_weights(weights)
    return network


def check(data: bytes, suffix: str) -> None:
    """Loads the weights."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, f"weights{suffix}")
        path.write_bytes(data)
        with contextlib.suppress(errors.InputError):
            pretrained.load_application(
                build, str(path), flag="weights", file="", alternative=""
            )
