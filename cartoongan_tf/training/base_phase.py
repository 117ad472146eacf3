"""What both phases of training have: a generator, and how it is moved."""

import functools
from collections.abc import Callable

import keras
import tensorflow as tf

from cartoongan_tf.core import compiling
from cartoongan_tf.nn import precision
from cartoongan_tf.training import optimizers
from cartoongan_tf.training import replicas


class BasePhase(keras.Model):
    """Base of both phases: a generator, its objective and its optimizer.

    Args:
        generator: Maps photos to cartoons, both in [-1, 1].
        objective: An `Objective`.
        **kwargs: Passed on to `keras.Model`.

    Attributes:
        features_every: Steps from one that looks at features to the next.
        looks: Whether the step that is traced, or run eagerly, is such a one.
    """

    features_every = 1
    looks = True
    discriminator_optimizer = None

    def __init__(self, generator, objective, **kwargs):
        super().__init__(**kwargs)
        self.generator = generator
        self.objective = objective
        # Hundreds of small operations, which XLA joins.
        self._target = compiling.compiled(objective.target)
        self.built = True  # The networks were born built.

    @property
    def step(self):
        """Number of batches trained on so far, a tensor."""
        return tf.convert_to_tensor(self.generator_optimizer.iterations)

    def make_train_function(self, force=False):
        if self.train_function and not force:
            return

        def trace(looks):
            super(BasePhase, self).make_train_function(force=True)
            made, self.train_function = self.train_function, chosen
            return made

        chosen = self.train_function = self.by_step(trace)

    def by_step(self, trace: Callable) -> Callable:
        """Makes one function of those for steps with features and without.

        A choice inside of one graph would forbid what strategies do there.

        Args:
            trace: Function from whether a step looks at features to the
                function for such steps, which is traced when it is first run.
        """
        trace = functools.cache(trace)

        def run(batch):
            self.looks = int(self.step) % self.features_every == 0
            return trace(self.looks)(batch)

        return run

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

    @property
    def loss_scales(self):
        """What losses are multiplied by, of each optimizer that does so."""
        both = (self.generator_optimizer, self.discriminator_optimizer)
        return [
            float(keras.ops.convert_to_numpy(one.dynamic_scale))
            for one in both
            if isinstance(one, optimizers.ReplicaLossScale)
        ]

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
                    self.generator_optimizer.scale_loss(
                        tf.constant(share * weights[n])
                    )
                    for n in names
                ],
            )
            for group, names in _groups(terms).items()
        }
        variables = self.generator.trainable_variables
        gradients = tape.gradient(
            generated, variables, output_gradients=sum(at_images.values())
        )
        norms = optimizers.unscaled(
            self.generator_optimizer, replicas.norms(at_images)
        )
        self.generator_optimizer.apply(gradients, variables)
        terms = replicas.mean(terms)
        total = sum(weights[name] * term for name, term in terms.items())
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
