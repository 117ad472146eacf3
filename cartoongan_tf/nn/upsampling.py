"""Resize-convolution: 2x upsampling without checkerboard artifacts.

Pixels are repeated and then convolved (Odena et al., 2016): transposed and
sub-pixel convolutions with independent weights leave a checkerboard. Channels
last.
"""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="cartoongan_tf")
class UpsampledConvolution2D(keras.layers.Layer):
    """2x nearest-neighbor upsampling and a reflection-padded 3x3 convolution.

    Equals `keras.layers.UpSampling2D`, `ReflectionPadding2D(1)` and
    `Conv2D(filters, 3)`, but convolves before upsampling: three rows of
    repeated pixels come from two rows of the image, so that the kernel folds
    into a 2x2 kernel for each of the four output phases. That takes 4/9 of the
    multiplications, a third of the memory, and converts to LiteRT with unknown
    height and width, as `UpSampling2D` does not.

    Args:
        filters: Number of output channels.
        **kwargs: Passed on to `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor of shape `(batch, height, width, channels)`.

    Returns:
        Tensor of shape `(batch, 2 * height, 2 * width, filters)`.
    """

    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters

    def build(self, input_shape):
        self.kernel = self.add_weight(
            shape=(3, 3, input_shape[-1], self.filters),
            initializer=keras.initializers.HeNormal(),
            name="kernel",
        )
        self.bias = self.add_weight(
            shape=(self.filters,), initializer="zeros", name="bias"
        )

    def call(self, inputs):
        _, height, width, _ = ops.shape(inputs)
        # Reflection of the upsampled image is repetition in this one.
        rows = [inputs[:, :1], inputs, inputs[:, -1:]]
        tall = ops.concatenate(rows, axis=1)
        columns = [tall[:, :, :1], tall, tall[:, :, -1:]]
        padded = ops.concatenate(columns, axis=2)
        # JAX cannot slice variables, only arrays.
        kernel = _fold(ops.convert_to_tensor(self.kernel))
        bias = ops.tile(ops.convert_to_tensor(self.bias), 4)
        # All four phases: (batch, height + 1, width + 1, 4 * filters).
        phases = bias + ops.conv(
            padded, kernel, padding="valid", data_format="channels_last"
        )
        parts = ops.split(phases, 4, axis=-1)
        aligned = [
            part[:, row : row + height, column : column + width]
            for part, (row, column) in zip(parts, _PHASES, strict=True)
        ]
        return ops.depth_to_space(
            ops.concatenate(aligned, axis=-1), 2, data_format="channels_last"
        )

    def compute_output_shape(self, input_shape):
        batch, *sides, _ = input_shape
        doubled = [side and 2 * side for side in sides]
        return (batch, *doubled, self.filters)

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}


_PHASES = [(row, column) for row in (0, 1) for column in (0, 1)]


def _fold(kernel):
    """Folds a 3x3 kernel into four 2x2 kernels, concatenated by channel."""
    return ops.concatenate(
        [
            _fold_axis(_fold_axis(kernel, row, axis=0), column, axis=1)
            for row, column in _PHASES
        ],
        axis=-1,
    )


def _fold_axis(kernel, phase, axis):
    # In a pair of repeated pixels, the left one has its own value again at its
    # right, and the right one at its left.
    first, middle, last = ops.unstack(kernel, axis=axis)
    pair = [first + middle, last] if phase else [first, middle + last]
    return ops.stack(pair, axis=axis)
