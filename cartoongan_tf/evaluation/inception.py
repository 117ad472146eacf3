"""Inception features, for distances between sets of pictures.

Pictures are uint8 RGB, resized to 299x299 in [-1, 1]: bilinearly, with
half-pixel centers (and antialiasing, which affects only larger pictures).

Metrics are comparable only if they come from the same network: hence the name
that goes with the features, as in "KID-768".
"""

import itertools
import pathlib
from collections.abc import Iterable

import keras
import numpy as np
import tensorflow as tf

from cartoongan_tf.core import choices
from cartoongan_tf.core import errors
from cartoongan_tf.images import pictures
from cartoongan_tf.nn import keras_settings
from cartoongan_tf.nn import pretrained
from cartoongan_tf.nn import weight_files

_FLAG = "inception_weights"
_SIDE = 299
_BATCH = 16
# Number of convolutions in the two towers of the blocks without reduction.
_BLOCKS = {
    **dict.fromkeys(("mixed", "mixed_1", "mixed_2"), (2, 3)),
    **dict.fromkeys(("mixed_4", "mixed_5", "mixed_6", "mixed_7"), (3, 5)),
}
_REDUCTION = "mixed_3"


class Inception:
    """A frozen Inception network as a function from pictures to features.

    Args:
        network: Network from images in [-1, 1], of shape
            `(batch, 299, 299, 3)`, to features.
        name: Name of the network in the names of metrics.

    Call arguments:
        images: uint8 RGB pictures of equal size; at least one.

    Returns:
        float32 array of shape `(number, dimensions)`.
    """

    def __init__(self, network: keras.Model, name: str):
        self.name = name

        @tf.function(
            input_signature=[tf.TensorSpec((None, None, None, 3), tf.uint8)]
        )
        def extract(pixels):
            images = tf.image.resize(
                pictures.to_network(pixels), (_SIDE, _SIDE), antialias=True
            )
            return network(images, training=False)

        self._extract = extract

    def __call__(self, images: Iterable[np.ndarray]) -> np.ndarray:
        rest = iter(images)
        batches = iter(lambda: list(itertools.islice(rest, _BATCH)), [])
        return np.concatenate(
            [self._extract(np.stack(batch)).numpy() for batch in batches]
        )


@keras_settings.fixed()
def load_inception(weights: str = choices.IMAGENET) -> Inception:
    """Loads an Inception network.

    Args:
        weights: An `.npz` file of the 2015 network that defines FID, up to
            mixed_7, with batch normalization folded in: `NAME_kernel` (height,
            width, in, out) and `NAME_bias`, where `mixed_7_tower_2_conv` is
            the last NAME. Its features are the means of mixed_7's 768
            channels. Or `"imagenet"` to let Keras download its InceptionV3, or
            the `.h5` file that Keras downloads: the means of its last 2048
            channels.

    Raises:
        InputError: If the weights are not available.
    """
    weights = str(weights)
    pretrained.check_weights(_FLAG, weights)
    if pathlib.Path(weights).suffix == ".npz":
        network = _network_of_2015(weights)
        return Inception(network, str(network.output.shape[-1]))
    network = pretrained.load_application(
        keras.applications.InceptionV3,
        weights,
        flag=_FLAG,
        file="inception_v3_weights_tf_dim_ordering_tf_kernels_notop.h5",
        alternative="name an .npz file of the 2015 network",
    )
    return Inception(_pooled(network.input, network.output), "InceptionV3")


def _network_of_2015(path):
    arrays = weight_files.read_arrays(_FLAG, path)
    try:
        return _build(arrays)
    except (LookupError, ValueError) as error:
        raise errors.InputError(
            f"`{_FLAG}`={path} does not hold the weights of Inception up to "
            f"mixed_7: {error}"
        ) from error


def _build(arrays):
    """Network of "Rethinking the Inception Architecture" (Szegedy, 2015)."""

    def convolve(images, name, **options):
        kernel = arrays[f"{name}_kernel"].astype("float32")
        options = {"padding": "same", "activation": "relu", **options}
        layer = keras.layers.Conv2D(
            kernel.shape[-1], kernel.shape[:2], **options
        )
        maps = layer(images)
        layer.set_weights([kernel, arrays[f"{name}_bias"]])
        return maps

    images = keras.Input((_SIDE, _SIDE, 3))
    maps = convolve(images, "conv", strides=2, padding="valid")
    maps = convolve(maps, "conv_1", padding="valid")
    maps = _halved(convolve(maps, "conv_2"))
    maps = convolve(maps, "conv_3", padding="valid")
    maps = _halved(convolve(maps, "conv_4", padding="valid"))
    for number in range(8):
        block = f"mixed_{number}" if number else "mixed"
        mix = _reduction if block == _REDUCTION else _mixed
        maps = mix(convolve, maps, block)
    return _pooled(images, maps)


def _mixed(convolve, maps, block):
    branches = [convolve(maps, f"{block}_conv")]
    for tower, length in zip(("tower", "tower_1"), _BLOCKS[block], strict=True):
        branch = convolve(maps, f"{block}_{tower}_conv")
        for number in range(1, length):
            branch = convolve(branch, f"{block}_{tower}_conv_{number}")
        branches.append(branch)
    # The average excludes the padding, as always in Keras and TensorFlow.
    pooled = keras.layers.AveragePooling2D(3, strides=1, padding="same")(maps)
    branches.append(convolve(pooled, f"{block}_tower_2_conv"))
    return keras.layers.Concatenate(name=block)(branches)


def _reduction(convolve, maps, block):
    halving = {"strides": 2, "padding": "valid"}
    tower = convolve(maps, f"{block}_tower_conv")
    tower = convolve(tower, f"{block}_tower_conv_1")
    tower = convolve(tower, f"{block}_tower_conv_2", **halving)
    branches = [convolve(maps, f"{block}_conv", **halving), tower]
    return keras.layers.Concatenate(name=block)([*branches, _halved(maps)])


def _halved(maps):
    return keras.layers.MaxPooling2D(3, strides=2)(maps)


def _pooled(images, maps):
    features = keras.layers.GlobalAveragePooling2D()(maps)
    return keras.Model(images, features, trainable=False)
