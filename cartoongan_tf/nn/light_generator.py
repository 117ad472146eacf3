"""Light generator for phones and CPUs, without normalization layers.

Instance normalization subtracts the mean of each channel, and with it the
colors of the photo; it makes each pixel depend on the whole picture, so that
tiles have seams and videos flicker. Super-resolution networks (Lim et al.,
2017; Wang et al., 2018, ESRGAN) and White-box cartoonization (Wang and Yu,
2020) work without it, and so does this one: residual blocks initialized as the
identity keep activations in range instead. With 8 blocks the receptive-field
radius is 50 pixels; each block adds 4.

Written in `keras.layers` and `keras.ops` only, with operators that LiteRT runs
fast.
"""

import keras

from cartoongan_tf.nn import convolutions
from cartoongan_tf.nn import upsampling


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class BottleneckBlock(keras.layers.Layer):
    """Residual block: a 3x3 convolution between two 1x1 convolutions.

    The last kernel is initialized to zero, so that the block starts as the
    identity.

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
    """Residual blocks at half the input size, with a skip connection.

    Details that the smaller image cannot hold, such as eyes and lattices, pass
    through the skip connection, a 1x1 convolution initialized to zero
    (Ronneberger et al., 2015).

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
    """Light generator: 0.65 million parameters by default.

    Args:
        filters: Channels at half the image size; the blocks, at a quarter,
            have four times as many.
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
    # Zero padding would leave a visible frame.
    return convolutions.reflection_padded_convolution(
        filters, size, strides, keras.initializers.HeNormal()
    )


def _activated(steps):
    return [*steps, keras.layers.LeakyReLU(0.2)]
