"""Adam as the phases use it, also where replicas share a batch."""

import keras

from cartoongan_tf.training import replicas
from cartoongan_tf.training import runs
from cartoongan_tf.training import schedules

_BETA_1 = 0.5  # As in the authors' code.
# Without it, one run of eight collapsed: its norms, of 0.9 in the middle and
# below 2.3 in 99 of 100 steps, rose to 27 within ten, then all was one color.
_PIXEL_CLIP_NORM = 1.0


class ReplicaAdam(keras.optimizers.Adam):
    """Adam that clips the gradient of the whole batch.

    Keras clips the gradient of each replica, and sums them then. Without a
    strategy both are the same.
    """

    def apply(self, grads, trainable_variables=None):
        super().apply(replicas.total(grads), trainable_variables)

    def _all_reduce_sum_gradients(self, grads_and_vars):
        return grads_and_vars  # They have been summed.


def of_warm_up(config: runs.TrainConfig) -> keras.optimizers.Adam:
    """The optimizer of the content-only phase."""
    rate, steps = config.warmup_learning_rate, config.warmup_steps
    if config.warmup_loss != "pixels":
        return keras.optimizers.Adam(rate, _BETA_1)
    return ReplicaAdam(
        schedules.LinearDecay(rate, steps // 2, steps),
        _BETA_1,
        global_clipnorm=_PIXEL_CLIP_NORM,
    )


def decaying(
    learning_rate: float, config: runs.TrainConfig, **options
) -> keras.optimizers.Adam:
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
    return keras.optimizers.Adam(schedule, **{"beta_1": _BETA_1} | options)
