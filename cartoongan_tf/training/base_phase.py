"""What both phases of training have: a generator, and how it is moved."""

import keras
import tensorflow as tf

from cartoongan_tf.core import compiling
from cartoongan_tf.nn import precision
from cartoongan_tf.training import replicas


class BasePhase(keras.Model):
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
        self._target = compiling.compiled(objective.target)
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
