"""Layers that Keras does not ship.

Every layer is channels last, accepts any height and width, and converts to
LiteRT built-in operators that its CPU delegate does not split the graph on.
"""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class ReflectionPadding2D(keras.layers.Layer):
    """Mirrors the border of an image, leaving out the border pixel itself.

    Zero padding shows up as a dark rim on generated images; a mirrored border
    does not (Johnson et al., 2016, supplementary material). Made of slices:
    `ops.pad(mode="reflect")` computes the same, but LiteRT's CPU delegate
    leaves the graph at each one and takes 1.6 times as long. It leaves it at a
    concatenation of more than five tensors, too, hence one for each side.

    Args:
        padding: Rows and columns added on each side. Must be smaller than the
            height and the width of the input.
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
    """Normalizes each channel of each image on its own (Ulyanov et al., 2016).

    Keras' `GroupNormalization(groups=-1)` computes the same through tensors of
    rank five, which LiteRT runs at two thirds of the speed. The variance is
    the mean of squared differences, written out: of all forms this one is the
    fastest once quantized.

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
        """Takes the mean away, and tells the variance.

        Args:
            inputs: float32 tensor of shape `(batch, height, width, channels)`.

        Returns:
            Tensor of the same shape, and the variance of each channel of each
            image, of shape `(batch, 1, 1, channels)`.
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
