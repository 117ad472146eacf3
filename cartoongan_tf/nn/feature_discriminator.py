"""Feature discriminator: small heads on frozen VGG19 feature maps.

The heads separate crisp cartoons from everything else, as in projected GANs
(Sauer et al., 2021) and vision-aided GANs (Kumari et al., 2022). The content
loss computes the same maps of generated images anyway. Generators learn to
draw contours within hundreds of steps, where a patch discriminator on pixels
needs thousands.

Written in `keras.layers` and `keras.ops` only.
"""

from collections.abc import Iterable
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from cartoongan_tf.nn import convolutions

_SQUARINGS = 6
_BUILD_SIDE = 16  # Arbitrary: the heads are fully convolutional.


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class UnitSpectralNorm(keras.constraints.Constraint):
    """Divides a kernel by its largest singular value (Miyato et al., 2018).

    Computed to within one percent by repeatedly squaring the Gram matrix:
    plain power iteration converges slowly if the largest singular values are
    close together, as in random kernels. `keras.layers.SpectralNormalization`
    normalizes in the forward pass instead and keeps a vector as state, and
    under JAX its normalized kernel is lost.
    """

    def __call__(self, w):
        epsilon = keras.config.epsilon()
        matrix = ops.reshape(w, (-1, ops.shape(w)[-1]))
        norm = ops.norm(matrix) + epsilon
        matrix = matrix / norm
        gram = power = ops.matmul(ops.transpose(matrix), matrix)
        for _ in range(_SQUARINGS):
            power = ops.matmul(power, power)
            power = power / (ops.norm(power) + epsilon)
        strongest = ops.argmax(ops.diagonal(power))
        vector = ops.take(power, strongest, axis=0)
        vector = vector / (ops.norm(vector) + epsilon)
        largest = norm * ops.sqrt(ops.norm(ops.matmul(gram, vector)))
        return w / (largest + epsilon)


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class FeatureHead(keras.layers.Layer):
    """Maps a feature map, normalized per channel, to logits.

    Args:
        filters: Number of hidden channels.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call arguments:
        inputs: Feature map of shape `(batch, height, width, channels)`.

    Returns:
        Logits of shape `(batch, height - 2, width - 2, 1)`.
    """

    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters

    def build(self, input_shape):
        shape = (input_shape[-1],)
        self.mean, self.deviation = (
            self.add_weight(
                shape=shape, initializer=value, trainable=False, name=name
            )
            for name, value in (("mean", "zeros"), ("deviation", "ones"))
        )
        self.steps = [
            _convolution(self.filters, 1),
            keras.layers.LeakyReLU(0.2),
            _convolution(self.filters, 3),
            keras.layers.LeakyReLU(0.2),
            _convolution(1, 1),
        ]
        convolutions.build_chain(self.steps, input_shape)
        for weight in self.trainable_weights:
            if weight.constraint:
                weight.assign(weight.constraint(weight.value))

    def call(self, inputs):
        normalized = (inputs - self.mean) / self.deviation
        return ops.cast(convolutions.chain(self.steps, normalized), "float32")

    def compute_output_shape(self, input_shape):
        batch, *sides, _ = input_shape
        return (batch, *[side and side - 2 for side in sides], 1)

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class FeatureDiscriminator(keras.Model):
    """Separates crisp cartoons from everything else by their feature maps.

    Args:
        channels: Number of channels of each feature map.
        filters: Number of hidden channels of each head.
        **kwargs: Passed on to `keras.Model`.

    Call arguments:
        maps: List of feature maps, `(batch, height, width, channels)` each,
            at least three pixels a side.

    Returns:
        A list of logits, `(batch, height - 2, width - 2, 1)` each, large for
        real cartoons.
    """

    def __init__(self, channels, filters=64, **kwargs):
        super().__init__(**kwargs)
        self.channels = tuple(channels)
        self.filters = filters
        self.heads = [FeatureHead(filters) for _ in self.channels]
        for head, count in zip(self.heads, self.channels, strict=True):
            # Not in the call below, which drops assignments to kernels.
            head.build((None, _BUILD_SIDE, _BUILD_SIDE, count))
        self(
            [
                keras.Input((_BUILD_SIDE, _BUILD_SIDE, count))
                for count in self.channels
            ]
        )

    def call(self, maps):
        pairs = zip(self.heads, maps, strict=True)
        return [head(feature_map) for head, feature_map in pairs]

    @property
    def is_adapted(self) -> bool:
        """Whether `adapt` has been called, now or before saving."""
        return any(ops.convert_to_numpy(head.mean).any() for head in self.heads)

    def adapt(self, batches: Iterable[Sequence]) -> None:
        """Sets the normalization of each map from the maps of cartoons.

        Args:
            batches: Lists of feature maps; at least one list.
        """
        sums = [np.zeros((2, count)) for count in self.channels]
        counts = np.zeros(len(self.channels))
        for maps in batches:
            for index, feature_map in enumerate(maps):
                values = ops.convert_to_numpy(feature_map).astype("float64")
                values = values.reshape(-1, values.shape[-1])
                sums[index] += values.sum(0), (values**2).sum(0)
                counts[index] += len(values)
        for head, (total, squares), count in zip(
            self.heads, sums, counts, strict=True
        ):
            mean = total / count
            variance = np.maximum(squares / count - mean**2, 0)
            head.mean.assign(mean)
            # Avoids division by zero for channels that are always zero.
            head.deviation.assign(np.sqrt(variance) + 1e-3)

    def get_config(self):
        return {
            **super().get_config(),
            "channels": self.channels,
            "filters": self.filters,
        }


def _convolution(filters, size):
    return keras.layers.Conv2D(
        filters,
        size,
        data_format="channels_last",
        kernel_constraint=UnitSpectralNorm(),
    )
