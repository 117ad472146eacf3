"""Layers that Keras does not provide.

Every layer is channels last, accepts any height and width, and converts to
built-in LiteRT operators that do not split the graph of its CPU delegate.
"""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class ReflectionPadding2D(keras.layers.Layer):
    """Reflection padding: mirrors the image without repeating its border.

    Zero padding leaves a dark rim on generated images; reflection padding does
    not (Johnson et al., 2016, supplementary material). Made of slices:
    `ops.pad(mode="reflect")` computes the same, but splits the graph of
    LiteRT's CPU delegate at each use and takes 1.6 times as long. So does a
    concatenation of more than five tensors, hence one for each side.

    Args:
        padding: Rows and columns added on each side; smaller than the height
            and width of the input.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor of shape `(batch, height, width, channels)`.

    Returns:
        Tensor of shape
        `(batch, height + 2 * padding, width + 2 * padding, channels)`.

    Raises:
        ValueError: If `padding` is negative.
    """

    def __init__(self, padding=1, **kwargs):
        super().__init__(**kwargs)
        if padding < 0:
            raise ValueError(f"`padding` must be >= 0, received {padding}.")
        self.padding = padding

    def call(self, inputs):
        if not self.padding:
            return inputs
        offsets = range(1, self.padding + 1)
        above = [inputs[:, i : i + 1] for i in reversed(offsets)]
        below = [inputs[:, -i - 1 : -i] for i in offsets]
        rows = _surround(above, inputs, below, axis=1)
        left = [rows[:, :, i : i + 1] for i in reversed(offsets)]
        right = [rows[:, :, -i - 1 : -i] for i in offsets]
        return _surround(left, rows, right, axis=2)

    def compute_output_shape(self, input_shape):
        batch, *sides, channels = input_shape
        grown = [side and side + 2 * self.padding for side in sides]
        return (batch, *grown, channels)

    def get_config(self):
        return {**super().get_config(), "padding": self.padding}


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class InstanceNormalization(keras.layers.Layer):
    """Instance normalization, per channel and image (Ulyanov et al., 2016).

    Keras' `GroupNormalization(groups=-1)` computes the same with tensors of
    rank five, which LiteRT runs at two thirds of the speed. The variance is
    written out as the mean of squared differences, the fastest formulation
    once quantized.

    Half-precision inputs are normalized in float32: a variance of float16
    numbers overflows at a standard deviation of 256, and the authors' epsilon
    of 1e-9 is zero there, so that a flat image would divide by zero.

    Args:
        epsilon: Added to the variance.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor of shape `(batch, height, width, channels)`.

    Returns:
        Tensor of the same shape and dtype.
    """

    def __init__(self, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        shape = (input_shape[-1],)
        # The authors' code draws scales from U(0, 1).
        self.scale = self.add_weight(
            shape=shape,
            initializer=keras.initializers.RandomUniform(0, 1),
            name="scale",
            dtype="float32",
            autocast=False,
        )
        self.shift = self.add_weight(
            shape=shape,
            initializer="zeros",
            name="shift",
            dtype="float32",
            autocast=False,
        )

    def call(self, inputs):
        centered, variance = self.center(ops.cast(inputs, "float32"))
        factor = ops.rsqrt(variance + self.epsilon) * self.scale
        return ops.cast(centered * factor + self.shift, self.compute_dtype)

    def center(self, inputs):
        """Subtracts the mean and computes the variance.

        Args:
            inputs: float32 tensor of shape `(batch, height, width, channels)`.

        Returns:
            Centered tensor of the same shape, and the variance of each channel
            and image, of shape `(batch, 1, 1, channels)`.
        """
        centered = inputs - ops.mean(inputs, axis=(1, 2), keepdims=True)
        return centered, ops.mean(centered * centered, (1, 2), keepdims=True)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}


def _surround(before, inputs, after, axis):
    edges = [ops.concatenate(side, axis=axis) for side in (before, after)]
    return ops.concatenate([edges[0], inputs, edges[1]], axis=axis)
