"""A discriminator that looks through VGG19's eyes.

Small heads, one on each of a few frozen feature maps, tell crisp cartoons from
everything else, as in projected GANs (Sauer et al., 2021) and vision-aided
GANs (Kumari et al., 2022). The content loss computes the same maps of
generated images anyway. They draw contours within some hundred steps, where a
patch discriminator on pixels takes thousands.

Written in `keras.layers` and `keras.ops` only.
"""

from collections.abc import Iterable
from collections.abc import Sequence

import keras
import numpy as np
from keras import ops

from cartoongan_tf.nn import convolutions

_SQUARINGS = 6
_SIDE = 16  # Any: the heads are convolutions.


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class UnitSpectralNorm(keras.constraints.Constraint):
    """Divides a kernel by its largest singular value (Miyato et al., 2018).

    Found by squaring its Gram matrix, within one percent: plain power iteration
    creeps where the largest singular values are close together, as those of
    random kernels are. `keras.layers.SpectralNormalization` does it in the
    forward pass instead, with a vector of its own as state, and under JAX its
    normalized kernel is lost.
    """

    def __call__(self, w):
        tiny = keras.config.epsilon()
        matrix = ops.reshape(w, (-1, ops.shape(w)[-1]))
        size = ops.norm(matrix) + tiny
        matrix = matrix / size
        gram = power = ops.matmul(ops.transpose(matrix), matrix)
        for _ in range(_SQUARINGS):
            power = ops.matmul(power, power)
            power = power / (ops.norm(power) + tiny)
        strongest = ops.argmax(ops.diagonal(power))
        vector = ops.take(power, strongest, axis=0)
        vector = vector / (ops.norm(vector) + tiny)
        largest = size * ops.sqrt(ops.norm(ops.matmul(gram, vector)))
        return w / (largest + tiny)


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class FeatureHead(keras.layers.Layer):
    """Normalizes one feature map and gives logits.

    Args:
        filters: Channels inside.
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
    """Tells crisp cartoons from everything else by their feature maps.

    Args:
        channels: Channels of each feature map.
        filters: Channels inside of each head.
        **kwargs: Passed on to `keras.Model`.

    Call arguments:
        maps: A list of feature maps, `(batch, height, width, channels)` each,
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
            # Not by the call below: what it assigns to kernels is dropped.
            head.build((None, _SIDE, _SIDE, count))
        self([keras.Input((_SIDE, _SIDE, count)) for count in self.channels])

    def call(self, maps):
        return [head(one) for head, one in zip(self.heads, maps, strict=True)]

    @property
    def is_adapted(self) -> bool:
        """Whether `adapt` has been called, now or before it was saved."""
        return any(ops.convert_to_numpy(head.mean).any() for head in self.heads)

    def adapt(self, batches: Iterable[Sequence]) -> None:
        """Sets what normalizes each map, from the maps of some cartoons.

        Args:
            batches: Lists of feature maps, at least one list.
        """
        sums = [np.zeros((2, count)) for count in self.channels]
        counts = np.zeros(len(self.channels))
        for maps in batches:
            for number, one in enumerate(maps):
                values = ops.convert_to_numpy(one).astype("float64")
                values = values.reshape(-1, values.shape[-1])
                sums[number] += values.sum(0), (values**2).sum(0)
                counts[number] += len(values)
        for head, (total, squares), count in zip(
            self.heads, sums, counts, strict=True
        ):
            mean = total / count
            variance = np.maximum(squares / count - mean**2, 0)
            head.mean.assign(mean)
            # Channels that are always zero would be divided by it.
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
