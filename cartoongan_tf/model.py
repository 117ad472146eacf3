"""The two phases of training as Keras models with a `train_step` of their own.

Chen et al. (2018), section 3.2: first the generator alone learns to keep the
content of photos (section 3.2.3, initialization), then generator and
discriminator train against each other (equation 2).

Images are float32 in [-1, 1]. `train_step` reports the losses of that one
batch, not a running mean, so that a resumed run reports what an uninterrupted
one does. Beside each loss of the generator stands how hard it pulls: the L2
norm of its gradient at the generated images, its weight included.
"""

import keras
import tensorflow as tf

from cartoongan_tf import losses


class _Phase(keras.Model):
    """What both phases have: a generator, its objective and its optimizer.

    Args:
        generator: Maps photos to cartoons, both in [-1, 1].
        objective: An `Objective`.
        **kwargs: Passed on to `keras.Model`.
    """

    def __init__(self, generator, objective, **kwargs):
        super().__init__(**kwargs)
        self.generator = generator
        self.objective = objective
        self.built = True  # The networks were born built.

    @property
    def step(self):
        """Number of batches trained on so far, a tensor."""
        return self.generator_optimizer.iterations.value

    @property
    def averaged_generator(self):
        """A copy of the generator, with the moving average of its weights.

        Without `use_ema` in its optimizer, with its weights as they are.
        """
        copy = type(self.generator).from_config(self.generator.get_config())
        copy.set_weights(self.generator.get_weights())
        if int(self.step):  # Until then the average is zero.
            self.generator_optimizer.finalize_variable_values(
                copy.trainable_variables
            )
        return copy

    def _compile_generator(self, optimizer):
        # A checkpoint restores an optimizer only once its slots exist.
        optimizer.build(self.generator.trainable_variables)
        self.generator_optimizer = optimizer

    def _descend(self, tape, terms, generated):
        """Moves the generator; returns the report of its losses."""
        weights = self.objective.weights
        pulls = {
            name: weights[name] * tape.gradient(term, generated)
            for name, term in terms.items()
        }
        variables = self.generator.trainable_variables
        gradients = tape.gradient(
            generated, variables, output_gradients=sum(pulls.values())
        )
        self.generator_optimizer.apply(gradients, variables)
        total = sum(weights[name] * term for name, term in terms.items())
        return {
            **{f"{name}_loss": term for name, term in terms.items()},
            "total_loss": total,
            **{f"{name}_pull": tf.norm(pull) for name, pull in pulls.items()},
        }


class ContentWarmUp(_Phase):
    """A generator that learns to reproduce the content of photos.

    Args:
        generator: Maps photos to cartoons, both in [-1, 1].
        objective: An `Objective`.
        **kwargs: Passed on to `keras.Model`.
    """

    @property
    def state(self):
        """All variables that a checkpoint holds, in a fixed order."""
        return [
            *self.generator.variables,
            *self.generator_optimizer.variables,
        ]

    def compile(self, generator_optimizer, **kwargs):
        super().compile(optimizer=None, **kwargs)
        self._compile_generator(generator_optimizer)

    def train_step(self, photos):
        with tf.GradientTape(persistent=True) as tape:
            generated = self.generator(photos, training=True)
            terms = self.objective.restraints(photos, generated)
        return self._descend(tape, terms, generated)


class CartoonGAN(_Phase):
    """A generator and a discriminator, trained against each other.

    Args:
        generator: Maps photos to cartoons, both in [-1, 1].
        discriminator: Maps images to logits, large for real cartoons.
        objective: An `Objective`.
        adversarial_loss: `"lsgan"` or `"log"`.
        slope_weight: Weight of a penalty on the discriminator's slope at
            cartoons, half of a batch, and at generated images, the other
            half (R1 and R2 of Mescheder et al., 2018); 0 for none.
        image_pool: An `ImagePool`, or None to show the discriminator only
            the newest fakes.
        **kwargs: Passed on to `keras.Model`.
    """

    def __init__(
        self,
        generator,
        discriminator,
        objective,
        *,
        adversarial_loss="lsgan",
        slope_weight=0.0,
        image_pool=None,
        **kwargs,
    ):
        super().__init__(generator, objective, **kwargs)
        self.discriminator = discriminator
        self.adversarial_loss = adversarial_loss
        self.slope_weight = slope_weight
        self.image_pool = image_pool

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
        self._compile_generator(generator_optimizer)
        discriminator_optimizer.build(self.discriminator.trainable_variables)
        self.discriminator_optimizer = discriminator_optimizer

    def train_step(self, batch):
        photos, cartoons, smoothed = batch
        with (
            tf.GradientTape(persistent=True) as g_tape,
            tf.GradientTape() as d_tape,
        ):
            generated = self.generator(photos, training=True)
            logits = self.discriminator(generated, training=True)
            terms = {
                "adversarial": losses.generator_loss(
                    logits, self.adversarial_loss
                ),
                **self.objective.restraints(photos, generated),
            }
            discrimination = losses.discriminator_loss(
                self.discriminator(cartoons, training=True),
                self.discriminator(smoothed, training=True),
                self._logits_of_fakes(generated, logits),
                self.adversarial_loss,
            )
            steered = discrimination
            if self.slope_weight:
                half = tf.shape(photos)[0] // 2
                mixed = tf.concat([cartoons[:half], generated[half:]], axis=0)
                steered += self.slope_weight * self._slope(mixed)
        variables = self.discriminator.trainable_variables
        gradients = d_tape.gradient(steered, variables)
        report = self._descend(g_tape, terms, generated)
        self.discriminator_optimizer.apply(gradients, variables)
        return {**report, "discriminator_loss": discrimination}

    def _slope(self, images):
        """Mean squared slope of the discriminator at some images."""
        images = tf.stop_gradient(images)
        with tf.GradientTape() as tape:
            tape.watch(images)
            logits = self.discriminator(images, training=True)
            judgements = tf.reduce_mean(logits, axis=(1, 2, 3))
        slopes = tape.gradient(judgements, images)
        return tf.reduce_mean(tf.reduce_sum(slopes**2, axis=(1, 2, 3)))

    def _logits_of_fakes(self, generated, logits):
        if self.image_pool is None:
            return logits
        fakes = self.image_pool.exchange(generated, self.step)
        return self.discriminator(tf.stop_gradient(fakes), training=True)
