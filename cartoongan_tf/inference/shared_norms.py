"""Instance norms that share their statistics: between tiles, between frames.

An instance norm takes the mean and the variance of what it is given. Those of a
tile are not those of the picture, so that tiles differ in tone and have seams;
those of each frame are others, so that a video flickers. Here they are measured
over a whole batch, and given where they are to be used. (Chen et al., 2022,
measure them on a thumbnail; its edges are sharper than those of the picture,
hence patches of the full size here.)
"""

from collections.abc import Iterator

import keras
import tensorflow as tf

from cartoongan_tf.images import pictures
from cartoongan_tf.nn import layers
from cartoongan_tf.nn import precision

Statistics = list[tuple[tf.Tensor, tf.Tensor]]  # (mean, variance) of each norm


class SharedNorms:
    """A generator whose norms take statistics that they are given.

    Args:
        generator: Photos to cartoons. It stays as it is: if it has norms, a
            copy is used.

    Attributes:
        is_normed: Whether there are any norms. Without, all calls agree.

    Call arguments:
        photos: uint8 tensor of shape `(batch, height, width, 3)`.
        given: What an earlier call returned, or None.
        weight: Share of what was given in what is used, 0 to 1.

    Returns:
        Cartoons, uint8 of the same shape, and the statistics that were used:
        mean and variance of each norm, over the whole batch.
    """

    def __init__(self, generator: keras.Model):
        self.is_normed = any(norms_of(generator))
        # Building a copy takes as long as loading did.
        self._network = generator
        if self.is_normed:
            self._network = precision.copy_network(generator)
        self._norms = list(norms_of(self._network))
        self._call = tf.function(self._cartoonize, reduce_retracing=True)

    def __call__(
        self,
        photos: tf.Tensor,
        given: Statistics | None = None,
        weight: float = 1.0,
    ) -> tuple[tf.Tensor, Statistics]:
        return self._call(photos, given, tf.constant(weight, tf.float32))

    def _cartoonize(self, photos, given, weight):
        """Traced once with and once without statistics, by one thread."""
        used: Statistics = []
        for number, norm in enumerate(self._norms):
            past = given[number] if given else None
            norm.center = _shared_center(used, past, weight)
        return pictures.apply_network(self._network, photos), used


def norms_of(network: keras.Model) -> Iterator[keras.layers.Layer]:
    """The instance norms of a generator."""
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
