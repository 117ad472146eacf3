"""Convolution layers of the networks, and chains of layers.

Functions that create several layers return a list, to be unpacked into a
longer one. Images are channels last. Written in `keras.layers` and `keras.ops`
only.
"""

from collections.abc import Sequence

import keras
from keras import ops

from cartoongan_tf.core import model_interface
from cartoongan_tf.nn import layers


def convolution(filters, size, strides=1, padding="same", initializer=None):
    """A convolution; weights are initialized from N(0, 0.02) by default."""
    return keras.layers.Conv2D(
        filters,
        size,
        strides,
        padding,
        data_format="channels_last",
        # A new initializer for each layer: layers of equal shape that share
        # one get equal weights.
        kernel_initializer=initializer
        or keras.initializers.RandomNormal(stddev=0.02),
    )


def reflection_padded_convolution(filters, size, strides=1, initializer=None):
    """A convolution with reflection padding."""
    padding = [layers.ReflectionPadding2D(size // 2)] if size > 1 else []
    return [*padding, convolution(filters, size, strides, "valid", initializer)]


def strided_convolution(filters):
    """A 3x3 convolution of stride 2; odd sizes are rounded up."""
    # At stride 2 Keras' "same" pads only bottom and right; PyTorch all sides.
    return [
        keras.layers.ZeroPadding2D(1, data_format="channels_last"),
        convolution(filters, 3, strides=2, padding="valid"),
    ]


def chain(steps: Sequence, tensor):
    """Applies layers to a tensor, one after the other."""
    for step in steps:
        tensor = step(tensor)
    return tensor


def build(network: keras.Model) -> None:
    """Creates the weights of a network, in its constructor.

    The image size does not matter, but must be known: with unknown sizes JAX
    would trace the slices of reflection padding for hours.
    """
    network(
        keras.Input(
            (model_interface.MINIMUM_SIDE, model_interface.MINIMUM_SIDE, 3)
        )
    )


def build_chain(steps: Sequence, input_shape) -> None:
    """Creates the weights of a chain of layers inside another layer."""
    shape = input_shape
    for step in steps:
        step.build(shape)
        shape = step.compute_output_shape(shape)


def require_min_side(images) -> None:
    """Checks the size of images, if it is known.

    Raises:
        ValueError: If a side is below 16 pixels.
    """
    minimum = model_interface.MINIMUM_SIDE
    for side in images.shape[1:3]:
        if side is not None and side < minimum:
            raise ValueError(
                f"Images must have at least {minimum} pixels a side, "
                f"received shape {tuple(images.shape)}."
            )


def crop_like(cartoons, images):
    """Crops cartoons to the size of their photos.

    Strided convolutions round odd sizes up; pixels are aligned at the top left.
    """
    _, height, width, _ = ops.shape(images)
    if tuple(cartoons.shape[1:3]) == (height, width):
        return cartoons
    return cartoons[:, :height, :width]


class SameSizeNetwork(keras.Model):
    """Base of all generators: a chain of layers that keeps the image size.

    A subclass sets `stages`, the layers, and builds itself.

    Args:
        filters: Channels of the first stage.
        blocks: Number of residual blocks.
        **kwargs: Passed on to `keras.Model`.

    Attributes:
        receptive_field_radius: Maximum distance, in pixels, of the inputs that
            an output pixel depends on, disregarding normalization.
        tile: Height and width of tiles, in pixels, that need at most a
            gigabyte of memory on a CPU.
    """

    receptive_field_radius: int
    tile: int

    def __init__(self, filters, blocks, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.blocks = blocks

    def call(self, images):
        require_min_side(images)
        return crop_like(chain(self.stages, images), images)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "blocks": self.blocks,
        }
