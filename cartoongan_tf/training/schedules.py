"""Learning-rate schedules."""

import keras
from keras import ops


class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Constant learning rate, then linear decay to zero.

    Args:
        learning_rate: Learning rate up to `start`.
        start: Step at which the decay begins.
        end: Step at which the rate reaches zero. There is no decay if `end`
            is at or below `start`.
    """

    def __init__(self, learning_rate, start, end):
        super().__init__()
        self.learning_rate = learning_rate
        self.start = start
        self.end = end

    def __call__(self, step):
        if self.end <= self.start:
            return self.learning_rate
        remaining = self.end - ops.cast(step, "float32")
        share = ops.clip(remaining / (self.end - self.start), 0.0, 1.0)
        return self.learning_rate * share
