"""A pool of old fakes (Shrivastava et al., 2017, section 2.3).

The authors' code shows the discriminator a fake of the past half of the time,
so that it does not forget what the generator has stopped doing.
"""

import keras
import tensorflow as tf


class ImagePool(keras.layers.Layer):
    """Holds generated images and trades them for new ones.

    Its content is weights: a checkpoint of the model keeps it.

    Args:
        size: Number of images it holds; at least a batch.
        image_size: Height and width of the images.
        seed: Seed of the draws.
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
        """Gives a batch of which about half is older than this step.

        Until the pool is full it stores what it is given and gives it back.
        Then each image is, with a chance of a half, stored in place of an
        older one, which is given instead. The slots of a batch are distinct.

        Args:
            images: Generated images, `(batch, image_size, image_size, 3)`.
            step: Number of batches that have been exchanged before, an
                integer tensor. The draws depend on it alone.

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
            is_full, self._draw_slots(batch, step), numbers % self.size
        )
        is_swapped = self._draw_coins(batch, step) & is_full
        old = tf.gather(self.images, slots)
        is_stored = _per_image(is_filling | is_swapped)
        self.images.assign(
            tf.tensor_scatter_nd_update(
                self.images, slots[:, None], tf.where(is_stored, images, old)
            )
        )
        return tf.where(_per_image(is_swapped), old, images)

    def _draw_slots(self, batch, step):
        order = tf.random.experimental.stateless_shuffle(
            tf.range(self.size, dtype=tf.int64), self._seed(step, 0)
        )
        return order[:batch]

    def _draw_coins(self, batch, step):
        chance = tf.random.stateless_uniform([batch], self._seed(step, 1))
        return chance < 0.5

    def _seed(self, step, stream):
        return tf.stack([2 * self.seed + stream, tf.cast(step, tf.int32)])


def _per_image(flags):
    return flags[:, None, None, None]
