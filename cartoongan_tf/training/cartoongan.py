"""The two training phases as Keras models with custom `train_step`s.

Chen et al. (2018), section 3.2: first the generator alone learns to keep the
content of photos (section 3.2.3, initialization), then generator and
discriminator train against each other (equation 2).

Images are float32 in [-1, 1]. `train_step` reports the losses of the current
batch, not a running mean, so that a resumed run reports the same numbers as an
uninterrupted one. Each loss of the generator comes with its gradient norm: the
L2 norm of the weighted loss's gradient at the generated images. Losses on
VGG19 features are backpropagated together, and share one norm.

Under a strategy each replica gets a shard of the batch (`replicas.py`).
Gradients and reported losses are those of the whole batch.
"""

import tensorflow as tf

from cartoongan_tf.losses import augmentation
from cartoongan_tf.losses import losses
from cartoongan_tf.training import base_phase
from cartoongan_tf.training import replicas

_NO_AUGMENTATION = augmentation.Augmentation()


class WarmUp(base_phase.BasePhase):
    """Warm-up: the generator learns to reproduce photos, or their content.

    Args:
        generator: Maps photos to cartoons, both in [-1, 1].
        objective: An `Objective` or a `PixelObjective`.
        **kwargs: Passed on to `keras.Model`.
    """

    @property
    def state(self):
        """Variables saved in a checkpoint, in a fixed order."""
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
                people=self._people_count(photos),
            )
        return self._update_generator(tape, terms, generated)


class CartoonGAN(base_phase.BasePhase):
    """Adversarial phase: generator and discriminators compete.

    Args:
        generator: Maps photos to cartoons, both in [-1, 1].
        discriminator: Maps images to one logit per patch, large for real
            cartoons; or None.
        objective: An `Objective`.
        feature_discriminator: A `FeatureDiscriminator` for the objective's
            feature maps; or None.
        adversarial_loss: Loss of the patch discriminator, `"lsgan"` or `"log"`.
        gradient_penalty_weight: Weight of the patch discriminator's gradient
            penalty, at cartoons for half of a batch and at generated images
            for the other half (R1 and R2 of Mescheder et al., 2018); 0 for
            none.
        image_pool: An `ImagePool`, or None to show the patch discriminator
            only the newest fakes.
        augmentations: `Augmentation` of the inputs of VGG19 and of the
            discriminators.
        features_every: Interval, in steps, of the losses on VGG19 features.
        seed: Seed of the augmentations.
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
        augmentations=_NO_AUGMENTATION,
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
        self.augmentations = augmentations
        self.features_every = features_every
        self.seed = seed

    @property
    def state(self):
        """Variables saved in a checkpoint, in a fixed order."""
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
        view = self._random_view()
        target = self._target(photos)
        with (
            tf.GradientTape(persistent=True) as g_tape,
            tf.GradientTape() as d_tape,
        ):
            generated = self.generator(photos, training=True)
            maps = self._extract_features(generated, view)
            logits = self._generated_logits(view.desaturate(generated), maps)
            terms = {
                **self._adversarial_terms(logits),
                **self.objective.reconstruction_terms(
                    photos,
                    generated,
                    target=target,
                    maps=maps,
                    view=view,
                    cartoons=cartoons,
                    people=self._people_count(photos),
                    gather=replicas.gather,
                    with_content=self.uses_features,
                ),
            }
            d_losses = self._discriminator_losses(
                view, cartoons, smoothed, generated, maps, logits
            )
            d_total = sum(d_losses.values())
            if self.discriminator and self.gradient_penalty_weight:
                images = self._half_real_half_fake(cartoons, generated)
                penalty = self._gradient_penalty(view.desaturate(images))
                d_total += self.gradient_penalty_weight * penalty
        variables = self._discriminator_variables
        gradients = d_tape.gradient(
            d_total,
            variables,
            output_gradients=self.discriminator_optimizer.scale_loss(
                tf.constant(1 / replicas.count())
            ),
        )
        if not self.uses_features:  # The feature discriminator has none.
            gradients = [
                tf.zeros_like(variable) if gradient is None else gradient
                for gradient, variable in zip(gradients, variables, strict=True)
            ]
        report = self._update_generator(g_tape, terms, generated)
        self.discriminator_optimizer.apply(gradients, variables)
        return {**report, **replicas.mean(d_losses)}

    @property
    def _discriminator_variables(self):
        return [v for d in self._discriminators for v in d.trainable_variables]

    @property
    def _discriminators(self):
        both = (self.discriminator, self.feature_discriminator)
        return [network for network in both if network]

    def _random_view(self):
        # Negative: the pool draws from seeds `2 * seed` and `2 * seed + 1`.
        seed = tf.stack([-1 - self.seed, tf.cast(self.step, tf.int32)])
        uniform = tf.random.stateless_uniform([3], seed)
        return self.augmentations.sample_view(uniform)

    def _extract_features(self, images, view):
        if not self.uses_features:
            return None
        return self.objective.extract_features(images, view)

    def _generated_logits(self, images, maps):
        """Logits of both discriminators, None for an absent one."""
        return (
            self.discriminator and self.discriminator(images, training=True),
            self._active_feature_discriminator
            and self._active_feature_discriminator(maps),
        )

    @property
    def _active_feature_discriminator(self):
        """The feature discriminator, None in steps without features."""
        return self.feature_discriminator if self.uses_features else None

    def _adversarial_terms(self, logits):
        patch_logits, feature_logits = logits
        terms = {}
        if self.discriminator:
            terms["adversarial"] = losses.generator_loss(
                patch_logits, self.adversarial_loss
            )
        if self._active_feature_discriminator:
            terms["feature_adversarial"] = losses.feature_generator_loss(
                feature_logits
            )
        return terms

    def _discriminator_losses(
        self, view, cartoons, smoothed, generated, maps, logits
    ):
        """Losses of the discriminators, by their column in log.csv."""
        result = {}
        if self.discriminator:
            result["discriminator_loss"] = losses.discriminator_loss(
                self.discriminator(view.desaturate(cartoons), training=True),
                self.discriminator(view.desaturate(smoothed), training=True),
                self._fake_logits(view, generated, logits[0]),
                self.adversarial_loss,
            )
        if self._active_feature_discriminator:
            maps_of_three = (
                self.objective.extract_features(cartoons, view),
                self.objective.extract_features(smoothed, view),
                [tf.stop_gradient(feature_map) for feature_map in maps],
            )
            result["feature_discriminator_loss"] = (
                losses.feature_discriminator_loss(
                    *map(self._active_feature_discriminator, maps_of_three)
                )
            )
        return result

    def _half_real_half_fake(self, cartoons, generated):
        """Cartoons in the first half of the batch, generated images after."""
        size = cartoons.shape[0]
        whole = size * replicas.count()
        half = replicas.count_of_first(whole // 2, size)
        return tf.concat([cartoons[:half], generated[half:]], axis=0)

    def _gradient_penalty(self, images):
        """Mean squared norm of the patch discriminator's input gradient."""
        images = tf.stop_gradient(images)
        with tf.GradientTape() as tape:
            tape.watch(images)
            logits = self.discriminator(images, training=True)
            means = tf.reduce_mean(logits, axis=(1, 2, 3))
        scales = self.discriminator_optimizer.scale_loss(tf.ones_like(means))
        gradients = tape.gradient(means, images, output_gradients=scales)
        gradients /= scales[:, None, None, None]
        return tf.reduce_mean(tf.reduce_sum(gradients**2, axis=(1, 2, 3)))

    def _fake_logits(self, view, generated, logits):
        if self.image_pool is None:
            return logits
        # Each replica holds the whole pool, and exchanges the whole batch.
        fakes = replicas.local_shard(
            self.image_pool.exchange(replicas.gather(generated), self.step)
        )
        return self.discriminator(
            view.desaturate(tf.stop_gradient(fakes)), training=True
        )
