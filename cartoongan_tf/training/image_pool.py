"""Pool of past fakes (Shrivastava et al., 2017, section 2.3).

The authors' code shows the discriminator a past fake half of the time, so that
it does not forget mistakes that the generator no longer makes.
"""

import keras
import tensorflow as tf


class ImagePool(keras.layers.Layer):
    """History of generated images, some of which replace new ones.

    The images are weights, so that a checkpoint of the model keeps them.

    Args:
        size: Number of images in the pool; at least a batch.
        image_size: Height and width of the images.
        seed: Seed of the random draws.
        **kwargs: Passed on to `keras.layers.Layer`.
    """

    def __init__(self, size, image_size, seed=0, **kwargs):
        super().__init__(trainable=False, **kwargs)
        self.size = size
        self.seed = seed
        self.images = self.add_weight(
            shape=(size, image_size, image_size, 3),
            initializer="zeros",
            name="images",
        )

    def exchange(self, images, step):
        """Swaps about half of a batch for older images.

        Until the pool is full, images are stored and returned unchanged. Then
        each image, with probability 1/2, replaces an older one in the pool,
        which is returned in its place. The slots of a batch are distinct.

        Args:
            images: Generated images, `(batch, image_size, image_size, 3)`.
            step: Number of batches exchanged before, an integer tensor. The
                draws depend only on it and the seed.

        Returns:
            A batch of the same shape.
        """
        batch = images.shape[0]
        numbers = tf.cast(step, tf.int64) * batch + tf.range(
            batch, dtype=tf.int64
        )
        is_filling = numbers < self.size
        is_full = numbers[0] >= self.size
        slots = tf.where(
            is_full, self._sample_slots(batch, step), numbers % self.size
        )
        is_swapped = self._flip_coins(batch, step) & is_full
        old = tf.gather(self.images, slots)
        is_stored = _per_image(is_filling | is_swapped)
        self.images.assign(
            tf.tensor_scatter_nd_update(
                self.images, slots[:, None], tf.where(is_stored, images, old)
            )
        )
        return tf.where(_per_image(is_swapped), old, images)

    def _sample_slots(self, batch, step):
        order = tf.random.experimental.stateless_shuffle(
            tf.range(self.size, dtype=tf.int64), self._seed(step, 0)
        )
        return order[:batch]

    def _flip_coins(self, batch, step):
        return tf.random.stateless_uniform([batch], self._seed(step, 1)) < 0.5

    def _seed(self, step, stream):
        return tf.stack([2 * self.seed + stream, tf.cast(step, tf.int32)])


def _per_image(flags):
    return flags[:, None, None, None]
