"""Convolutions as the networks use them, and how they are put in a row.

Functions that give several layers give a list, to be unpacked into a longer
one. Images are channels last. Written in `keras.layers` and `keras.ops` only.
"""

from collections.abc import Sequence

import keras
from keras import ops

from cartoongan_tf.core import model_interface
from cartoongan_tf.nn import layers


def convolution(filters, size, strides=1, padding="same", initializer=None):
    """One convolution; weights are drawn from N(0, 0.02) by default."""
    return keras.layers.Conv2D(
        filters,
        size,
        strides,
        padding,
        data_format="channels_last",
        # One initializer each: a shared one gives equal layers equal weights.
        kernel_initializer=initializer
        or keras.initializers.RandomNormal(stddev=0.02),
    )


def reflection_padded_convolution(filters, size, strides=1, initializer=None):
    """A convolution that sees the image mirrored beyond its border."""
    padding = [layers.ReflectionPadding2D(size // 2)] if size > 1 else []
    return [*padding, convolution(filters, size, strides, "valid", initializer)]


def strided_convolution(filters):
    """A 3x3 convolution that halves the sides, rounding up."""
    # Keras' "same" pads only below and right at stride 2; PyTorch all round.
    return [
        keras.layers.ZeroPadding2D(1, data_format="channels_last"),
        convolution(filters, 3, strides=2, padding="valid"),
    ]


def chain(steps: Sequence, tensor):
    """Sends a tensor through layers, one after the other."""
    for step in steps:
        tensor = step(tensor)
    return tensor


def build(network: keras.Model) -> None:
    """Makes the weights at once: a network is born built.

    The side does not matter. With unknown sides JAX would ponder over the
    slices of mirrored borders for hours.
    """
    network(
        keras.Input(
            (model_interface.MINIMUM_SIDE, model_interface.MINIMUM_SIDE, 3)
        )
    )


def build_chain(steps: Sequence, input_shape) -> None:
    """Makes the weights of layers that one layer holds."""
    shape = input_shape
    for step in steps:
        step.build(shape)
        shape = step.compute_output_shape(shape)


def require_min_side(images) -> None:
    """Refuses images that are too small, where their size is known.

    Raises:
        ValueError: If a side is below 16 pixels.
    """
    least = model_interface.MINIMUM_SIDE
    for side in images.shape[1:3]:
        if side is not None and side < least:
            raise ValueError(
                f"Images must have at least {least} pixels a side, "
                f"received shape {tuple(images.shape)}."
            )


def crop_like(cartoons, images):
    """Cuts cartoons to the size of their photos.

    Strides round odd sides up; pixels stay aligned at the top left.
    """
    _, height, width, _ = ops.shape(images)
    if tuple(cartoons.shape[1:3]) == (height, width):
        return cartoons
    return cartoons[:, :height, :width]


class SameSizeNetwork(keras.Model):
    """Base of all generators: layers in a row, images of one size through.

    A subclass sets `stages`, the layers, and builds itself.

    Args:
        filters: Channels of the first stage.
        blocks: Number of residual blocks.
        **kwargs: Passed on to `keras.Model`.

    Attributes:
        receptive_field_radius: Rows and columns away of what a pixel depends
            on, but for norms.
        tile: Height and width of pictures, in pixels, that take a gigabyte of
            memory on a CPU at most.
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
