"""Base of both training phases: the generator and its update."""

import functools
from collections.abc import Callable

import keras
import tensorflow as tf

from cartoongan_tf.core import compiling
from cartoongan_tf.nn import precision
from cartoongan_tf.training import optimizers
from cartoongan_tf.training import replicas


class BasePhase(keras.Model):
    """Model of one phase: a generator, its objective and its optimizer.

    Args:
        generator: Maps photos to cartoons, both in [-1, 1].
        objective: An `Objective`.
        **kwargs: Passed on to `keras.Model`.

    Attributes:
        features_every: Interval, in steps, of the losses on VGG19 features.
        uses_features: Whether the step being traced, or run eagerly, computes
            these losses.
    """

    features_every = 1
    uses_features = True
    discriminator_optimizer = None

    def __init__(self, generator, objective, **kwargs):
        super().__init__(**kwargs)
        self.generator = generator
        self.objective = objective
        # Hundreds of small operations, which XLA fuses.
        self._target = compiling.compiled(objective.target)
        self.built = True  # Networks are built when they are created.

    @property
    def step(self):
        """Number of batches trained on so far, as a tensor."""
        return tf.convert_to_tensor(self.generator_optimizer.iterations)

    def make_train_function(self, force=False):
        if self.train_function and not force:
            return

        def trace(uses_features):
            super(BasePhase, self).make_train_function(force=True)
            traced, self.train_function = self.train_function, dispatch
            return traced

        dispatch = self.train_function = self.select_by_step(trace)

    def select_by_step(self, trace: Callable) -> Callable:
        """Combines the train functions for steps with and without features.

        A conditional inside one graph would rule out the collective
        operations of strategies.

        Args:
            trace: Takes whether a step uses features, and returns the train
                function for such steps, which is traced when first called.

        Returns:
            Function of a batch that picks the train function by the step.
        """
        trace = functools.cache(trace)

        def run(batch):
            self.uses_features = int(self.step) % self.features_every == 0
            return trace(self.uses_features)(batch)

        return run

    @property
    def averaged_generator(self):
        """Copy of the generator with the moving average of its weights.

        Without `use_ema` in its optimizer, a copy with its current weights.
        """
        newest = self.generator.get_weights()
        if int(self.step):  # At step 0 the average is still zero.
            # Assigns in place: the optimizer and a strategy know only these
            # variables.
            self.generator_optimizer.finalize_variable_values(
                self.generator.trainable_variables
            )
        copy = precision.copy_network(self.generator)
        self.generator.set_weights(newest)
        return copy

    @property
    def loss_scales(self):
        """Current loss scale of each optimizer that scales its loss."""
        both = (self.generator_optimizer, self.discriminator_optimizer)
        return [
            float(keras.ops.convert_to_numpy(optimizer.dynamic_scale))
            for optimizer in both
            if isinstance(optimizer, optimizers.ReplicaLossScale)
        ]

    def _compile_generator(self, optimizer):
        # A checkpoint can restore an optimizer only once its slots exist.
        optimizer.build(self.generator.trainable_variables)
        self.generator_optimizer = optimizer

    def _update_generator(self, tape, terms, generated):
        """Takes an optimizer step; returns losses and gradient norms."""
        weights = self.objective.weights
        share = 1 / replicas.count()
        image_gradients = {
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
            generated, variables, output_gradients=sum(image_gradients.values())
        )
        norms = optimizers.unscaled(
            self.generator_optimizer, replicas.norms(image_gradients)
        )
        self.generator_optimizer.apply(gradients, variables)
        terms = replicas.mean(terms)
        total = sum(weights[name] * term for name, term in terms.items())
        return {
            **{f"{name}_loss": term for name, term in terms.items()},
            "total_loss": total,
            **{f"{name}_grad_norm": norm for name, norm in norms.items()},
        }

    def _people_count(self, photos):
        """Number of photos of people, at the end of this replica's shard."""
        size = photos.shape[0]
        others = size * replicas.count() - self.objective.people
        return size - replicas.count_of_first(others, size)


# Losses on VGG19 features, and the name of their common gradient norm.
_FEATURE_TERMS = ("content", "people_content", "feature_adversarial")
_FEATURE_GROUP = "features"


def _groups(terms):
    """Names of losses, grouped by the gradient norm that they share."""
    on_features = [name for name in terms if name in _FEATURE_TERMS]
    groups = {name: [name] for name in terms if name not in on_features}
    if on_features:
        is_alone = on_features == ["content"]
        groups["content" if is_alone else _FEATURE_GROUP] = on_features
    return groups
