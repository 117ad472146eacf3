"""The two phases of training as Keras models with a `train_step` of their own.

Chen et al. (2018), section 3.2: first the generator alone learns to keep the
content of photos (section 3.2.3, initialization), then generator and
discriminator train against each other (equation 2).

Images are float32 in [-1, 1]. `train_step` reports the losses of that one
batch, not a running mean, so that a resumed run reports what an uninterrupted
one does. Beside each loss of the generator stands its gradient norm: the L2
norm of its gradient at the generated images, its weight included. Losses that
share VGG19's features are led back through it together, and have one norm.

Under a strategy each replica has a share of the batch (`replicas.py`). What
is minimized, and what is reported, is that of the whole batch.
"""

import tensorflow as tf

from cartoongan_tf.losses import augmentation
from cartoongan_tf.losses import losses
from cartoongan_tf.training import base_phase
from cartoongan_tf.training import replicas

_AS_THEY_ARE = augmentation.Augmentation()


class WarmUp(base_phase.BasePhase):
    """A generator that learns to reproduce photos, or their content.

    Args:
        generator: Maps photos to cartoons, both in [-1, 1].
        objective: An `Objective` or a `PixelObjective`.
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
        target = self._target(photos)
        with tf.GradientTape(persistent=True) as tape:
            generated = self.generator(photos, training=True)
            terms = self.objective.reconstruction_terms(
                photos,
                generated,
                target=target,
                people=self._people_among(photos),
            )
        return self._descend(tape, terms, generated)


class CartoonGAN(base_phase.BasePhase):
    """A generator and its discriminators, trained against each other.

    Args:
        generator: Maps photos to cartoons, both in [-1, 1].
        discriminator: Maps images to logits, one a patch, large for real
            cartoons; None for none.
        objective: An `Objective`.
        feature_discriminator: A `FeatureDiscriminator` for the objective's
            feature maps; None for none.
        adversarial_loss: `"lsgan"` or `"log"`, of the patch discriminator.
        gradient_penalty_weight: Weight of the patch discriminator's gradient
            penalty at cartoons, half of a batch, and at generated images, the
            other half (R1 and R2 of Mescheder et al., 2018); 0 for none.
        image_pool: An `ImagePool`, or None to show the patch discriminator
            only the newest fakes.
        views: An `Augmentation` of what VGG19 and the discriminators see.
        features_every: Steps from one that looks at features to the next; the
            others leave out the losses that compare them.
        seed: Seed of its random numbers.
        **kwargs: Passed on to `keras.Model`.
    """

    def __init__(
        self,
        generator,
        discriminator,
        objective,
        *,
        feature_discriminator=None,
        adversarial_loss="lsgan",
        gradient_penalty_weight=0.0,
        image_pool=None,
        views=_AS_THEY_ARE,
        features_every=1,
        seed=0,
        **kwargs,
    ):
        super().__init__(generator, objective, **kwargs)
        self.discriminator = discriminator
        self.feature_discriminator = feature_discriminator
        self.adversarial_loss = adversarial_loss
        self.gradient_penalty_weight = gradient_penalty_weight
        self.image_pool = image_pool
        self.views = views
        self.features_every = features_every
        self.seed = seed

    @property
    def state(self):
        """All variables that a checkpoint holds, in a fixed order."""
        parts = [self.generator, *self._discriminators, self.image_pool]
        return [
            *(v for part in parts if part for v in part.variables),
            *self.generator_optimizer.variables,
            *self.discriminator_optimizer.variables,
        ]

    def compile(self, generator_optimizer, discriminator_optimizer, **kwargs):
        super().compile(optimizer=None, **kwargs)
        self._compile_generator(generator_optimizer)
        discriminator_optimizer.build(self._discriminator_variables)
        self.discriminator_optimizer = discriminator_optimizer

    def train_step(self, batch):
        photos, cartoons, smoothed = batch
        view = self._view()
        target = self._target(photos)
        with (
            tf.GradientTape(persistent=True) as g_tape,
            tf.GradientTape() as d_tape,
        ):
            generated = self.generator(photos, training=True)
            maps = self._look(generated, view)
            logits = self._judge(view.tint(generated), maps)
            terms = {
                **self._adversarial_terms(logits),
                **self.objective.reconstruction_terms(
                    photos,
                    generated,
                    target=target,
                    maps=maps,
                    view=view,
                    cartoons=cartoons,
                    people=self._people_among(photos),
                    gather=replicas.gather,
                    with_content=self.looks,
                ),
            }
            discrimination = self._discrimination(
                view, cartoons, smoothed, generated, maps, logits
            )
            steered = sum(discrimination.values())
            if self.discriminator and self.gradient_penalty_weight:
                mixed = self._mixed(cartoons, generated)
                penalty = self._gradient_penalty(view.tint(mixed))
                steered += self.gradient_penalty_weight * penalty
        variables = self._discriminator_variables
        gradients = d_tape.gradient(
            steered,
            variables,
            output_gradients=self.discriminator_optimizer.scale_loss(
                tf.constant(1 / replicas.count())
            ),
        )
        if not self.looks:  # The feature discriminator has none.
            gradients = [
                tf.zeros_like(variable) if gradient is None else gradient
                for gradient, variable in zip(gradients, variables, strict=True)
            ]
        report = self._descend(g_tape, terms, generated)
        self.discriminator_optimizer.apply(gradients, variables)
        return {**report, **replicas.mean(discrimination)}

    @property
    def _discriminator_variables(self):
        return [v for d in self._discriminators for v in d.trainable_variables]

    @property
    def _discriminators(self):
        both = (self.discriminator, self.feature_discriminator)
        return [one for one in both if one]

    def _view(self):
        # Negative: the pool draws from twice the seed, and one more.
        seed = tf.stack([-1 - self.seed, tf.cast(self.step, tf.int32)])
        return self.views.view(tf.random.stateless_uniform([3], seed))

    def _look(self, images, view):
        return self.objective.look(images, view) if self.looks else None

    def _judge(self, images, maps):
        """Logits of both discriminators, None for one that is not there."""
        return (
            self.discriminator and self.discriminator(images, training=True),
            self._feature_judge and self._feature_judge(maps),
        )

    @property
    def _feature_judge(self):
        """The feature discriminator, in a step that looks at features."""
        return self.feature_discriminator if self.looks else None

    def _adversarial_terms(self, logits):
        of_patches, of_maps = logits
        terms = {}
        if self.discriminator:
            terms["adversarial"] = losses.generator_loss(
                of_patches, self.adversarial_loss
            )
        if self._feature_judge:
            terms["feature_adversarial"] = losses.feature_generator_loss(
                of_maps
            )
        return terms

    def _discrimination(
        self, view, cartoons, smoothed, generated, maps, logits
    ):
        """Losses of the discriminators, by the name of their report."""
        found = {}
        if self.discriminator:
            found["discriminator_loss"] = losses.discriminator_loss(
                self.discriminator(view.tint(cartoons), training=True),
                self.discriminator(view.tint(smoothed), training=True),
                self._logits_of_fakes(view, generated, logits[0]),
                self.adversarial_loss,
            )
        if self._feature_judge:
            maps_of_three = (
                self.objective.look(cartoons, view),
                self.objective.look(smoothed, view),
                [tf.stop_gradient(one) for one in maps],
            )
            found["feature_discriminator_loss"] = (
                losses.feature_discriminator_loss(
                    *map(self._feature_judge, maps_of_three)
                )
            )
        return found

    def _mixed(self, cartoons, generated):
        """Cartoons in the first half of a batch, generated images then."""
        size = cartoons.shape[0]
        whole = size * replicas.count()
        half = replicas.part_of_first(whole // 2, size)
        return tf.concat([cartoons[:half], generated[half:]], axis=0)

    def _gradient_penalty(self, images):
        """Mean squared gradient norm of the patch discriminator."""
        images = tf.stop_gradient(images)
        with tf.GradientTape() as tape:
            tape.watch(images)
            logits = self.discriminator(images, training=True)
            judgements = tf.reduce_mean(logits, axis=(1, 2, 3))
        one = self.discriminator_optimizer.scale_loss(tf.ones_like(judgements))
        gradients = tape.gradient(judgements, images, output_gradients=one)
        gradients /= one[:, None, None, None]
        return tf.reduce_mean(tf.reduce_sum(gradients**2, axis=(1, 2, 3)))

    def _logits_of_fakes(self, view, generated, logits):
        if self.image_pool is None:
            return logits
        # Each replica has the whole pool, and trades the whole batch.
        fakes = replicas.share_of(
            self.image_pool.exchange(replicas.gather(generated), self.step)
        )
        return self.discriminator(
            view.tint(tf.stop_gradient(fakes)), training=True
        )
