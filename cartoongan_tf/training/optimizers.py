"""Adam optimizers of both phases, for one replica or several."""

import keras
import tensorflow as tf

from cartoongan_tf.training import replicas
from cartoongan_tf.training import runs
from cartoongan_tf.training import schedules

_BETA_1 = 0.5  # As in the authors' code.
# Gradient clipping and a short memory for the pixel warm-up. Without them one
# run in eight collapsed to a single color: gradient norms rose from 0.9 to 27
# within ten steps, and Adam divided them by its average over a thousand steps.
_PIXEL_CLIP_NORM = 1.0
_PIXEL_BETA_2 = 0.99


class _SummedAdam(keras.optimizers.Adam):
    """Adam for gradients that are already summed over all replicas."""

    def _all_reduce_sum_gradients(self, grads_and_vars):
        return grads_and_vars


class ReplicaAdam(_SummedAdam):
    """Adam that clips the gradient of the whole batch.

    Keras clips the gradient of each replica before summing. Without a strategy
    both are the same.
    """

    def apply(self, grads, trainable_variables=None):
        super().apply(replicas.total(grads), trainable_variables)


class ReplicaLossScale(keras.optimizers.LossScaleOptimizer):
    """Dynamic loss scaling based on the gradient of the whole batch.

    Keras checks the gradient of the first replica only, and does not count
    skipped steps: here `iterations` is the number of batches seen.
    """

    def apply(self, grads, trainable_variables=None):
        super().apply(replicas.total(grads), trainable_variables)

    def _stateful_handle_non_finite_grads(self):
        super()._stateful_handle_non_finite_grads()
        adam = self.inner_optimizer
        # Keras starts the moving average at step 0 only, skipped or not.
        adam._update_model_variables_moving_average(adam._trainable_variables)
        adam.iterations.assign_add(1)


def unscaled(
    optimizer: keras.optimizers.Optimizer, norms: dict[str, tf.Tensor]
) -> dict[str, tf.Tensor]:
    """Removes the loss scale from gradient norms.

    Args:
        optimizer: Optimizer that scaled the loss.
        norms: L2 norms of gradients of the scaled loss, by name.

    Returns:
        Unscaled norms; 0 for a norm that is not finite, since its step is
        skipped.
    """
    if not isinstance(optimizer, ReplicaLossScale):
        return norms
    scale = optimizer.dynamic_scale
    return {
        name: tf.where(tf.math.is_finite(norm), norm / scale, 0.0)
        for name, norm in norms.items()
    }


def warm_up(config: runs.TrainConfig) -> keras.optimizers.Optimizer:
    """Optimizer of the warm-up phase."""
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


def adversarial(
    learning_rate: float, config: runs.TrainConfig, **options
) -> keras.optimizers.Optimizer:
    """Optimizer of the adversarial phase, with linear learning-rate decay.

    Args:
        learning_rate: Initial learning rate.
        config: Settings of the run, with the start and the end of the decay.
        **options: Arguments of Adam that differ from the authors' choice.
    """
    start = config.decay_start
    if start is None:
        start = config.steps // 2
    schedule = schedules.LinearDecay(learning_rate, start, config.steps)
    return _adam(config, schedule, **options)


def _adam(config, rate, optimizer=keras.optimizers.Adam, **options):
    options = {"beta_1": _BETA_1} | options
    if config.scales_losses:
        return ReplicaLossScale(_SummedAdam(rate, **options))
    return optimizer(rate, **options)
