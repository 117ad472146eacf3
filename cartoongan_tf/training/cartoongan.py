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

import keras
import tensorflow as tf

from cartoongan_tf.core import compiling
from cartoongan_tf.losses import augmentation
from cartoongan_tf.losses import losses
from cartoongan_tf.nn import precision
from cartoongan_tf.training import replicas

_AS_THEY_ARE = augmentation.Augmentation()
_SIDE = 32  # Of images that tell whether there is XLA: any.


class _Phase(keras.Model):
    """Base of both phases: a generator, its objective and its optimizer.

    Args:
        generator: Maps photos to cartoons, both in [-1, 1].
        objective: An `Objective`.
        **kwargs: Passed on to `keras.Model`.
    """

    def __init__(self, generator, objective, **kwargs):
        super().__init__(**kwargs)
        self.generator = generator
        self.objective = objective
        # Hundreds of small operations, which XLA joins.
        self._target = compiling.compiled(
            objective.target, tf.zeros((1, _SIDE, _SIDE, 3))
        )
        self.built = True  # The networks were born built.

    @property
    def step(self):
        """Number of batches trained on so far, a tensor."""
        return tf.convert_to_tensor(self.generator_optimizer.iterations)

    @property
    def averaged_generator(self):
        """A copy of the generator, with the moving average of its weights.

        Without `use_ema` in its optimizer, with its weights as they are.
        """
        newest = self.generator.get_weights()
        if int(self.step):  # Until then the average is zero.
            # Into the variables that it knows, and that a strategy knows.
            self.generator_optimizer.finalize_variable_values(
                self.generator.trainable_variables
            )
        copy = precision.copy_network(self.generator)
        self.generator.set_weights(newest)
        return copy

    def _compile_generator(self, optimizer):
        # A checkpoint restores an optimizer only once its slots exist.
        optimizer.build(self.generator.trainable_variables)
        self.generator_optimizer = optimizer

    def _descend(self, tape, terms, generated):
        """Moves the generator; returns the report of its losses."""
        weights = self.objective.weights
        share = 1 / replicas.count()
        at_images = {
            group: tape.gradient(
                [terms[name] for name in names],
                generated,
                output_gradients=[
                    tf.constant(share * weights[n]) for n in names
                ],
            )
            for group, names in _groups(terms).items()
        }
        variables = self.generator.trainable_variables
        gradients = tape.gradient(
            generated, variables, output_gradients=sum(at_images.values())
        )
        self.generator_optimizer.apply(gradients, variables)
        terms = replicas.mean(terms)
        total = sum(weights[name] * term for name, term in terms.items())
        norms = replicas.norms(at_images)
        return {
            **{f"{name}_loss": term for name, term in terms.items()},
            "total_loss": total,
            **{f"{name}_grad_norm": norm for name, norm in norms.items()},
        }

    def _people_among(self, photos):
        """How many photos, at the end of this share, show people."""
        size = photos.shape[0]
        others = size * replicas.count() - self.objective.people
        return size - replicas.part_of_first(others, size)


# Losses that look at VGG19's features, and what they are called together.
_FEATURE_TERMS = ("content", "people_content", "feature_adversarial")
_FEATURE_GROUP = "features"


def _groups(terms):
    """Names of losses by the name of their gradient norm."""
    together = [name for name in terms if name in _FEATURE_TERMS]
    groups = {name: [name] for name in terms if name not in together}
    if together:
        is_alone = together == ["content"]
        groups["content" if is_alone else _FEATURE_GROUP] = together
    return groups


class WarmUp(_Phase):
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
        with tf.GradientTape(persistent=True) as tape:
            generated = self.generator(photos, training=True)
            terms = self.objective.reconstruction_terms(
                photos,
                generated,
                target=self._target(photos),
                people=self._people_among(photos),
            )
        return self._descend(tape, terms, generated)


class CartoonGAN(_Phase):
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
        with (
            tf.GradientTape(persistent=True) as g_tape,
            tf.GradientTape() as d_tape,
        ):
            generated = self.generator(photos, training=True)
            maps = self.objective.look(generated, view)
            logits = self._look_at(view.tint(generated), maps)
            terms = {
                **self._adversarial_terms(logits),
                **self.objective.reconstruction_terms(
                    photos,
                    generated,
                    target=self._target(photos),
                    maps=maps,
                    view=view,
                    cartoons=cartoons,
                    people=self._people_among(photos),
                    gather=replicas.gather,
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
            output_gradients=tf.constant(1 / replicas.count()),
        )
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

    def _look_at(self, images, maps):
        """Logits of both discriminators, None for one that is not there."""
        return (
            self.discriminator and self.discriminator(images, training=True),
            self.feature_discriminator and self.feature_discriminator(maps),
        )

    def _adversarial_terms(self, logits):
        of_patches, of_maps = logits
        terms = {}
        if self.discriminator:
            terms["adversarial"] = losses.generator_loss(
                of_patches, self.adversarial_loss
            )
        if self.feature_discriminator:
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
        if self.feature_discriminator:
            maps_of_three = (
                self.objective.look(cartoons, view),
                self.objective.look(smoothed, view),
                [tf.stop_gradient(one) for one in maps],
            )
            found["feature_discriminator_loss"] = (
                losses.feature_discriminator_loss(
                    *map(self.feature_discriminator, maps_of_three)
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
        gradients = tape.gradient(judgements, images)
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
