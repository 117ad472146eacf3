"""A generator for phones and CPUs, without any normalization.

Instance normalization takes the mean of each channel away and with it the
colors of the photo; it makes each pixel depend on the whole picture, so that
tiles get seams and videos flicker. Super-resolution networks (Lim et al.,
2017; Wang et al., 2018, ESRGAN) and White-box cartoonization (Wang and Yu,
2020) do without, and so does this one: residual blocks that begin as the
identity keep its numbers in bounds instead. With 8 blocks a pixel depends only
on those at most 50 rows and 50 columns away; each block reaches 4 farther.

Written in `keras.layers` and `keras.ops` only, in the forms that LiteRT runs
fast.
"""

import keras

from cartoongan_tf.nn import convolutions
from cartoongan_tf.nn import upsampling


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class BottleneckBlock(keras.layers.Layer):
    """A 3x3 convolution between two 1x1 ones, added to their input.

    The last kernel begins at zero, so that the block begins as the identity.

    Args:
        filters: Channels of the inner convolution.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor of shape `(batch, height, width, channels)`.

    Returns:
        Tensor of the same shape.
    """

    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters

    def build(self, input_shape):
        self.steps = [
            *_activated(_reflection_padded(self.filters, 1)),
            *_activated(_reflection_padded(self.filters, 3)),
            convolutions.convolution(
                input_shape[-1], 1, initializer=keras.initializers.Zeros()
            ),
        ]
        convolutions.build_chain(self.steps, input_shape)

    def call(self, inputs):
        return inputs + convolutions.chain(self.steps, inputs)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class QuarterSizeStage(keras.layers.Layer):
    """The blocks, between a strided and an upsampled convolution, and a skip.

    What does not fit through the smaller image, eyes and lattices, goes past
    it by a 1x1 convolution, which begins at zero (Ronneberger et al., 2015).

    Args:
        blocks: Number of bottleneck blocks.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor of shape `(batch, height, width, channels)`.

    Returns:
        Tensor of the same shape.
    """

    def __init__(self, blocks, **kwargs):
        super().__init__(**kwargs)
        self.blocks = blocks

    def build(self, input_shape):
        channels = input_shape[-1]
        self.inner = [
            *_activated(_reflection_padded(2 * channels, 3, strides=2)),
            *[BottleneckBlock(channels) for _ in range(self.blocks)],
            *_activated([upsampling.UpsampledConvolution2D(channels)]),
        ]
        convolutions.build_chain(self.inner, input_shape)
        self.skip = convolutions.convolution(
            channels, 1, initializer=keras.initializers.Zeros()
        )
        self.skip.build(input_shape)

    def call(self, inputs):
        deep = convolutions.chain(self.inner, inputs)
        return convolutions.crop_like(deep, inputs) + self.skip(inputs)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "blocks": self.blocks}


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class LightGenerator(convolutions.SameSizeNetwork):
    """Turns photos into cartoons: 0.65 million parameters by default.

    Args:
        filters: Channels at half the size; the blocks, at a quarter, have four
            times as many.
        blocks: Number of bottleneck blocks.
        **kwargs: Passed on to `keras.Model`.

    Call arguments:
        images: Photos of shape `(batch, height, width, 3)` in [-1, 1], each
            side at least 16 pixels.

    Returns:
        Cartoons in [-1, 1], of exactly the same shape.

    Raises:
        ValueError: If a side of the images is below 16 pixels.
    """

    tile = 1280

    def __init__(self, filters=32, blocks=8, **kwargs):
        super().__init__(filters, blocks, **kwargs)
        self.stages = [
            *_activated(_reflection_padded(filters, 5, strides=2)),
            *_activated(_reflection_padded(2 * filters, 3)),
            QuarterSizeStage(blocks),
            *_activated(_reflection_padded(2 * filters, 3)),
            *_activated([upsampling.UpsampledConvolution2D(filters // 2)]),
            *_activated(_reflection_padded(filters // 2, 3)),
            *convolutions.reflection_padded_convolution(3, 7),
            keras.layers.Activation("tanh", dtype="float32"),
        ]
        convolutions.build(self)

    @property
    def receptive_field_radius(self):
        return 18 + 4 * self.blocks


def _reflection_padded(filters, size, strides=1):
    # Unlike zeros beyond the border, mirrored pixels leave no frame.
    return convolutions.reflection_padded_convolution(
        filters, size, strides, keras.initializers.HeNormal()
    )


def _activated(steps):
    return [*steps, keras.layers.LeakyReLU(0.2)]
