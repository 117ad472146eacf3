"""The two phases of training as Keras models with a `train_step` of their own.

Chen et al. (2018), section 3.2: first the generator alone learns to keep the
content of photos (section 3.2.3, initialization), then generator and
discriminator train against each other (equation 2).

Images are float32 in [-1, 1]. `train_step` reports the losses of that one
batch, not a running mean, so that a resumed run reports what an uninterrupted
one does.
"""

import keras
import tensorflow as tf

from cartoongan_tf import losses


class ContentWarmUp(keras.Model):
    """A generator that learns to reproduce the content of photos.

    Args:
        generator: Maps photos to cartoons, both in [-1, 1].
        features: Function from images to feature maps. A function, not a
            layer: a frozen VGG19 behind it stays out of every checkpoint.
        **kwargs: Passed on to `keras.Model`.
    """

    def __init__(self, generator, features, **kwargs):
        super().__init__(**kwargs)
        self.generator = generator
        self.features = features
        self.built = True  # The generator was born built.

    @property
    def step(self):
        """Number of batches trained on so far, a tensor."""
        return self.generator_optimizer.iterations.value

    @property
    def state(self):
        """All variables that a checkpoint holds, in a fixed order."""
        return [
            *self.generator.variables,
            *self.generator_optimizer.variables,
        ]

    def compile(self, generator_optimizer, **kwargs):
        super().compile(optimizer=None, **kwargs)
        # A checkpoint restores an optimizer only once its slots exist.
        generator_optimizer.build(self.generator.trainable_variables)
        self.generator_optimizer = generator_optimizer

    def train_step(self, photos):
        with tf.GradientTape() as tape:
            content = losses.content_loss(
                self.features(photos),
                self.features(self.generator(photos, training=True)),
            )
        _descend(self.generator_optimizer, tape, content, self.generator)
        return {"content_loss": content}


class CartoonGAN(keras.Model):
    """A generator and a discriminator, trained against each other.

    Args:
        generator: Maps photos to cartoons, both in [-1, 1].
        discriminator: Maps images to logits, large for real cartoons.
        features: Function from images to feature maps, for the content loss.
        content_weight: Weight of the content loss; `losses.total_loss` tells
            in which units.
        adversarial_loss: `"lsgan"` or `"log"`.
        image_pool: An `ImagePool`, or None to show the discriminator only
            the newest fakes.
        **kwargs: Passed on to `keras.Model`.
    """

    def __init__(
        self,
        generator,
        discriminator,
        features,
        *,
        content_weight,
        adversarial_loss="lsgan",
        image_pool=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.features = features
        self.content_weight = content_weight
        self.adversarial_loss = adversarial_loss
        self.image_pool = image_pool
        self.built = True  # Both networks were born built.

    @property
    def step(self):
        """Number of batches trained on so far, a tensor."""
        return self.generator_optimizer.iterations.value

    @property
    def state(self):
        """All variables that a checkpoint holds, in a fixed order."""
        return [
            *self.generator.variables,
            *self.discriminator.variables,
            *(self.image_pool.variables if self.image_pool else []),
            *self.generator_optimizer.variables,
            *self.discriminator_optimizer.variables,
        ]

    def compile(self, generator_optimizer, discriminator_optimizer, **kwargs):
        super().compile(optimizer=None, **kwargs)
        # A checkpoint restores an optimizer only once its slots exist.
        generator_optimizer.build(self.generator.trainable_variables)
        discriminator_optimizer.build(self.discriminator.trainable_variables)
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer

    def train_step(self, batch):
        photos, cartoons, smoothed = batch
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            generated = self.generator(photos, training=True)
            logits = self.discriminator(generated, training=True)
            adversarial = losses.generator_loss(logits, self.adversarial_loss)
            content = losses.content_loss(
                self.features(photos), self.features(generated)
            )
            total = losses.total_loss(adversarial, content, self.content_weight)
            discrimination = losses.discriminator_loss(
                self.discriminator(cartoons, training=True),
                self.discriminator(smoothed, training=True),
                self._logits_of_fakes(generated, logits),
                self.adversarial_loss,
            )
        _descend(self.generator_optimizer, g_tape, total, self.generator)
        _descend(
            self.discriminator_optimizer,
            d_tape,
            discrimination,
            self.discriminator,
        )
        return {
            "content_loss": content,
            "adversarial_loss": adversarial,
            "total_loss": total,
            "discriminator_loss": discrimination,
        }

    def _logits_of_fakes(self, generated, logits):
        if self.image_pool is None:
            return logits
        fakes = self.image_pool.exchange(generated, self.step)
        return self.discriminator(tf.stop_gradient(fakes), training=True)


def _descend(optimizer, tape, loss, network):
    variables = network.trainable_variables
    optimizer.apply(tape.gradient(loss, variables), variables)
