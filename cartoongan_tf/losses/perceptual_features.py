"""Perceptual features for the content loss (eq. 4): VGG19 or a pyramid.

A feature function maps images of shape `(batch, height, width, 3)` in [-1, 1]
to a tensor whose first axis is the batch. Functions, not layers: this keeps
the frozen VGG19 out of every checkpoint and every exported model.

All features have the scale of VGG19's conv4_4 before ReLU at Caffe scale, so
that a content weight means the same with each of them.
"""

import pathlib
from collections.abc import Callable

import keras
import numpy as np
from keras import ops

from cartoongan_tf.core import choices
from cartoongan_tf.core import errors
from cartoongan_tf.filters import luminance
from cartoongan_tf.nn import precision as mixed_precision
from cartoongan_tf.nn import pretrained
from cartoongan_tf.nn import weight_files

# Matches the mean L1 between unrelated photos to that of VGG19: printed by
# tools/calibrate_pyramid.py, for 256 pairs of 128x128 crops.
PYRAMID_SCALE = 2170.0

_FLAG = "vgg19_weights"
_CAFFE_MEAN = (103.939, 116.779, 123.68)  # BGR
_LUMINANCE_CELLS = (1, 3, 6, 12)  # Pixels a side.
_COLOR_CELLS = (3, 12)
_LAST_LAYER = "block4_conv4"
_MAP_LAYERS = ("block2_conv2", "block3_conv4")
MAP_CHANNELS = (128, 256, 512)


def load_vgg19(
    weights: str = choices.IMAGENET, precision: str = "float32"
) -> Callable:
    """Loads VGG19 up to conv4_4, before its ReLU, as the authors use it.

    Pixels are preprocessed as for Caffe: 0 to 255, BGR, mean subtracted, zero
    padding.

    Args:
        weights: `"imagenet"` to let Keras download them, or a file: `.npz`
            with `blockN_convM_kernel` (height, width, in, out) and
            `blockN_convM_bias`, or the `.h5` that Keras downloads.
        precision: Compute dtype: `"float32"`, `"bfloat16"` or `"float16"`.
            Features are float32 in any case. (Activations of VGG19 reach about
            26,000; the maximum of float16 is 65,504.)

    Returns:
        A feature function; maps have an eighth of the height and width and
        512 channels.

    Raises:
        InputError: If the weights are not available.
    """
    return _feature_function(_vgg19(weights), precision)


def load_vgg19_maps(
    weights: str = choices.IMAGENET, precision: str = "float32"
) -> Callable:
    """Loads VGG19's relu2_2, relu3_4, and conv4_4 before its ReLU.

    Args:
        weights: Weights, as for `load_vgg19`.
        precision: Compute dtype, as for `load_vgg19`.

    Returns:
        A function from images to a list of three maps with `MAP_CHANNELS`
        channels, at 1/2, 1/4 and 1/8 of the height and width.

    Raises:
        InputError: If the weights are not available.
    """
    network = _vgg19(weights)
    maps = [network.get_layer(name).output for name in _MAP_LAYERS]
    network = keras.Model(network.input, [*maps, network.output])
    return _feature_function(network, precision)


def pyramid(images):
    """Blurred luminance, its gradients, and blurred color at several scales.

    Needs no download and costs next to nothing. It captures light and shade,
    contours and rough colors. The finest cell is one pixel: the means of
    larger cells would hide the checkerboards that transposed convolutions are
    prone to.

    Args:
        images: Images in [-1, 1], each side at least 32 pixels.

    Returns:
        Features of shape `(batch, numbers)`.
    """
    light = luminance.luminance(images)
    maps = []
    for cell in _LUMINANCE_CELLS:
        blurred = _means(light, cell)
        maps.append(blurred)
        maps.append(blurred[:, 1:] - blurred[:, :-1])
        maps.append(blurred[:, :, 1:] - blurred[:, :, :-1])
    for cell in _COLOR_CELLS:
        color = images - light
        maps.append(_means(color, cell))
    return PYRAMID_SCALE * _balanced(maps)


def _means(images, cell):
    return ops.average_pool(
        images, cell, strides=cell, data_format="channels_last"
    )


def _balanced(maps):
    """Flattens and concatenates maps, scaled to equal weights in a mean."""
    flat = [ops.reshape(m, (ops.shape(m)[0], -1)) for m in maps]
    total = sum(f.shape[1] for f in flat)
    return ops.concatenate(
        [f * (total / (len(flat) * f.shape[1])) for f in flat], axis=1
    )


def _feature_function(network, precision):
    network = _in_precision(network, precision)
    network.trainable = False
    mean = np.array(_CAFFE_MEAN, "float32")

    def vgg19(images):
        pixels = (images[..., ::-1] + 1) * 127.5
        features = network(pixels - mean, training=False)
        return keras.tree.map_structure(
            lambda feature_map: ops.cast(feature_map, "float32"), features
        )

    return vgg19


def _vgg19(weights):
    pretrained.check_weights(_FLAG, weights)
    is_ours = pathlib.Path(weights).suffix == ".npz"
    network = pretrained.load_application(
        keras.applications.VGG19,
        None if is_ours else weights,
        flag=_FLAG,
        file="vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
        alternative=(
            "do without: `content_features`=pyramid to train, or "
            "`vgg19_weights`=none to evaluate"
        ),
    )
    if is_ours:
        _assign_arrays(network, weights)
    last = network.get_layer(_LAST_LAYER)
    last.activation = keras.activations.linear
    network = keras.Model(network.input, last(last.input))
    network.trainable = False
    return network


def _in_precision(network, precision):
    if precision == mixed_precision.FLOAT32:
        return network
    policy = keras.DTypePolicy(mixed_precision.mixed_policy(precision))

    def clone(layer):
        config = {**layer.get_config(), "dtype": policy}
        return type(layer).from_config(config)

    copy = keras.models.clone_model(network, clone_function=clone)
    copy.set_weights(network.get_weights())
    copy.trainable = False
    return copy


def _assign_arrays(network, path):
    arrays = weight_files.read_arrays(_FLAG, path)
    for layer in network.layers:
        if layer.weights and layer.name <= _LAST_LAYER:
            names = (f"{layer.name}_kernel", f"{layer.name}_bias")
            try:
                layer.set_weights([arrays[name] for name in names])
            except (KeyError, ValueError) as error:
                raise errors.InputError(
                    f"`{_FLAG}`={path} does not hold the weights of VGG19: "
                    f"{error}"
                ) from error
