"""The generator and the discriminator (Chen et al., 2018, section 3.1, fig. 2).

Layer by layer the networks of the authors' released code and weights, which
settle what the paper leaves open: which convolutions have zero and which
reflection padding, which share a normalization layer, and how transposed
convolutions are aligned.

Images are channels last, RGB, in [-1, 1]. Written in `keras.layers` and
`keras.ops` only, so that every Keras backend runs them.
"""

import keras
from keras import ops

from cartoongan_tf.core import choices
from cartoongan_tf.nn import convolutions
from cartoongan_tf.nn import layers
from cartoongan_tf.nn import light_generator


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class ResidualBlock(keras.layers.Layer):
    """Residual block: two reflection-padded 3x3 convolutions, no final ReLU.

    Args:
        epsilon: Added to the variance in instance normalization.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor of shape `(batch, height, width, channels)`.

    Returns:
        Tensor of the same shape.
    """

    def __init__(self, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        filters = input_shape[-1]
        self.steps = [
            *convolutions.reflection_padded_convolution(filters, 3),
            *_norm_and_relu(self.epsilon),
            *convolutions.reflection_padded_convolution(filters, 3),
            layers.InstanceNormalization(self.epsilon),
        ]
        convolutions.build_chain(self.steps, input_shape)

    def call(self, inputs):
        return inputs + convolutions.chain(self.steps, inputs)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class Generator(convolutions.SameSizeNetwork):
    """The paper's generator: 11,129,667 parameters at paper size.

    Since the first convolution is reflection-padded and followed by instance
    normalization, the network is blind to a color cast of its input.

    Args:
        filters: Channels of the first stage, 64 in the paper; the residual
            blocks have four times as many.
        blocks: Number of residual blocks, 8 in the paper.
        epsilon: Added to the variance in instance normalization: 1e-5 as in
            the authors' training code, 1e-9 for their released weights.
        **kwargs: Passed on to `keras.Model`.

    Call arguments:
        images: Photos of shape `(batch, height, width, 3)` in [-1, 1], each
            side at least 16 pixels.

    Returns:
        Cartoons in [-1, 1], of exactly the same shape.

    Raises:
        ValueError: If a side of the images is below 16 pixels.
    """

    tile = 768

    def __init__(self, filters=64, blocks=8, epsilon=1e-5, **kwargs):
        super().__init__(filters, blocks, **kwargs)
        self.epsilon = epsilon
        self.stages = [
            *convolutions.reflection_padded_convolution(filters, 7),
            *_norm_and_relu(epsilon),
            *_downsample(2 * filters, epsilon),
            *_downsample(4 * filters, epsilon),
            *[ResidualBlock(epsilon) for _ in range(blocks)],
            *_upsample(2 * filters, epsilon),
            *_upsample(filters, epsilon),
            *convolutions.reflection_padded_convolution(3, 7),
            keras.layers.Activation("tanh", dtype="float32"),
        ]
        convolutions.build(self)

    @property
    def receptive_field_radius(self):
        return 21 + 8 * self.blocks

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class Discriminator(keras.Model):
    """The paper's patch discriminator: 1,129,665 parameters.

    Args:
        filters: Channels of the first stage, 32 in the paper.
        epsilon: Added to the variance in instance normalization.
        **kwargs: Passed on to `keras.Model`.

    Call arguments:
        images: Tensor of shape `(batch, height, width, 3)` in [-1, 1].

    Returns:
        Logits of shape `(batch, height / 4, width / 4, 1)`, one per patch,
        large for real cartoons.
    """

    def __init__(self, filters=32, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.epsilon = epsilon
        self.stages = [
            convolutions.convolution(filters, 3),
            _leaky_relu(),
            *_downsample_patches(2 * filters, epsilon),
            *_downsample_patches(4 * filters, epsilon),
            convolutions.convolution(8 * filters, 3),
            layers.InstanceNormalization(epsilon),
            _leaky_relu(),
            convolutions.convolution(1, 3),
        ]
        convolutions.build(self)

    def call(self, images):
        return ops.cast(convolutions.chain(self.stages, images), "float32")

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "epsilon": self.epsilon,
        }


# Architectures by the values of `--generator`.
GENERATORS = dict(
    zip(
        choices.GENERATORS,
        (Generator, light_generator.LightGenerator),
        strict=True,
    )
)


def new_generator(name, filters, blocks):
    """Builds a generator with initial weights.

    Args:
        name: Architecture, one of `GENERATORS`.
        filters: Channels of the first stage; None for the architecture's
            default.
        blocks: Number of residual blocks.
    """
    architecture = GENERATORS[name]
    if filters is None:
        return architecture(blocks=blocks)
    return architecture(filters, blocks)


def _transposed_convolution(filters):
    # Equals PyTorch's padding 1 and output padding 1, which drop the first row
    # and column.
    return [
        keras.layers.Conv2DTranspose(
            filters,
            3,
            strides=2,
            padding="valid",
            data_format="channels_last",
            kernel_initializer=keras.initializers.RandomNormal(stddev=0.02),
        ),
        keras.layers.Cropping2D(((1, 0), (1, 0)), data_format="channels_last"),
    ]


def _norm_and_relu(epsilon):
    return [layers.InstanceNormalization(epsilon), keras.layers.ReLU()]


def _leaky_relu():
    return keras.layers.LeakyReLU(0.2)


def _downsample(filters, epsilon):
    return [
        *convolutions.strided_convolution(filters),
        convolutions.convolution(filters, 3),
        *_norm_and_relu(epsilon),
    ]


def _upsample(filters, epsilon):
    return [
        *_transposed_convolution(filters),
        convolutions.convolution(filters, 3),
        *_norm_and_relu(epsilon),
    ]


def _downsample_patches(filters, epsilon):
    return [
        *convolutions.strided_convolution(filters),
        _leaky_relu(),
        convolutions.convolution(2 * filters, 3),
        layers.InstanceNormalization(epsilon),
        _leaky_relu(),
    ]
