"""Adam as the phases use it, also where replicas share a batch."""

import keras
import tensorflow as tf

from cartoongan_tf.training import replicas
from cartoongan_tf.training import runs
from cartoongan_tf.training import schedules

_BETA_1 = 0.5  # As in the authors' code.
# In a warm-up by pixels, gradients are clipped and soon forgotten. Else one run
# of eight collapsed to one color: norms of 0.9 rose to 27 within ten steps, and
# Adam divided them by what it remembered of a thousand steps.
_PIXEL_CLIP_NORM = 1.0
_PIXEL_BETA_2 = 0.99


class _SummedAdam(keras.optimizers.Adam):
    """Adam for gradients that have been summed over all replicas."""

    def _all_reduce_sum_gradients(self, grads_and_vars):
        return grads_and_vars


class ReplicaAdam(_SummedAdam):
    """Adam that clips the gradient of the whole batch.

    Keras clips the gradient of each replica, and sums them then. Without a
    strategy both are the same.
    """

    def apply(self, grads, trainable_variables=None):
        super().apply(replicas.total(grads), trainable_variables)


class ReplicaLossScale(keras.optimizers.LossScaleOptimizer):
    """Dynamic loss scaling by the gradient of the whole batch.

    Keras looks at the gradient of the first replica. And it does not count the
    steps that it leaves out: here `iterations` is the number of batches seen.
    """

    def apply(self, grads, trainable_variables=None):
        super().apply(replicas.total(grads), trainable_variables)

    def _stateful_handle_non_finite_grads(self):
        super()._stateful_handle_non_finite_grads()
        self.inner_optimizer.iterations.assign_add(1)


def unscaled(
    optimizer: keras.optimizers.Optimizer, norms: dict[str, tf.Tensor]
) -> dict[str, tf.Tensor]:
    """Gradient norms as they are without loss scaling.

    Args:
        optimizer: The optimizer that scaled the loss.
        norms: L2 norms of gradients of the scaled loss, by name.

    Returns:
        The norms; 0 for one that is not finite, whose step is left out.
    """
    if not isinstance(optimizer, ReplicaLossScale):
        return norms
    scale = optimizer.dynamic_scale
    return {
        name: tf.where(tf.math.is_finite(norm), norm / scale, 0.0)
        for name, norm in norms.items()
    }


def of_warm_up(config: runs.TrainConfig) -> keras.optimizers.Optimizer:
    """The optimizer of the content-only phase."""
    rate, steps = config.warmup_learning_rate, config.warmup_steps
    if config.warmup_loss != "pixels":
        return _adam(config, rate)
    return _adam(
        config,
        schedules.LinearDecay(rate, steps // 2, steps),
        ReplicaAdam,
        beta_2=_PIXEL_BETA_2,
        global_clipnorm=_PIXEL_CLIP_NORM,
    )


def decaying(
    learning_rate: float, config: runs.TrainConfig, **options
) -> keras.optimizers.Optimizer:
    """An optimizer of the adversarial phase, whose rate falls at its end.

    Args:
        learning_rate: The rate at the start.
        config: Tells when it begins to fall, and when the phase ends.
        **options: What differs from the authors' Adam.
    """
    start = config.decay_start
    if start is None:
        start = config.steps // 2
    schedule = schedules.LinearDecay(learning_rate, start, config.steps)
    return _adam(config, schedule, **options)


def _adam(config, rate, kind=keras.optimizers.Adam, **options):
    options = {"beta_1": _BETA_1} | options
    if config.scales_losses:
        return ReplicaLossScale(_SummedAdam(rate, **options))
    return kind(rate, **options)
