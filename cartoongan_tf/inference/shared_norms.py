"""Instance norms with statistics shared between tiles or frames.

An instance norm uses the mean and variance of its input. Those of a tile differ
from those of the picture, which gives seams; those of frames differ from each
other, which gives flicker. Here they are computed over a whole batch and can be
passed on to other calls. (Chen et al., 2022, compute them on a thumbnail; its
edges are sharper than those of the picture, hence full-size patches here.)
"""

from collections.abc import Iterator

import keras
import tensorflow as tf

from cartoongan_tf.images import pictures
from cartoongan_tf.nn import layers
from cartoongan_tf.nn import precision

Statistics = list[tuple[tf.Tensor, tf.Tensor]]  # (mean, variance) of each norm


class SharedNorms:
    """A generator whose norms accept external statistics.

    Args:
        generator: Model from photos to cartoons. It is not modified: if it has
            norms, a copy is used.

    Attributes:
        is_normed: Whether there are any norms. Without them, statistics have
            no effect.

    Call arguments:
        photos: uint8 tensor of shape `(batch, height, width, 3)`.
        past: Statistics returned by an earlier call, or None.
        weight: Weight of `past` against the batch's own statistics, 0 to 1.

    Returns:
        Cartoons, uint8 of the same shape, and the statistics used: mean and
        variance of each norm, over the whole batch.
    """

    def __init__(self, generator: keras.Model):
        self.is_normed = any(norms_of(generator))
        # Building a copy takes as long as loading.
        self._network = generator
        if self.is_normed:
            self._network = precision.copy_network(generator)
        self._norms = list(norms_of(self._network))
        self._call = tf.function(self._cartoonize, reduce_retracing=True)

    def __call__(
        self,
        photos: tf.Tensor,
        past: Statistics | None = None,
        weight: float = 1.0,
    ) -> tuple[tf.Tensor, Statistics]:
        return self._call(photos, past, tf.constant(weight, tf.float32))

    def _cartoonize(self, photos, past, weight):
        """Traced once with and once without statistics, by one thread."""
        used: Statistics = []
        for number, norm in enumerate(self._norms):
            norm_past = past[number] if past else None
            norm.center = _shared_center(used, norm_past, weight)
        return pictures.apply_network(self._network, photos), used


def norms_of(network: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yields the instance norms of a generator."""
    for stage in network.stages:
        for step in getattr(stage, "steps", [stage]):
            if isinstance(step, layers.InstanceNormalization):
                yield step


def _shared_center(used, past, weight):
    def center(inputs):
        mean = tf.reduce_mean(inputs, (0, 1, 2), keepdims=True)
        squares = tf.square(inputs - mean)
        variance = tf.reduce_mean(squares, (0, 1, 2), keepdims=True)
        if past:
            mean += weight * (past[0] - mean)
            variance += weight * (past[1] - variance)
        used.append((mean, variance))
        return inputs - mean, variance

    return center
