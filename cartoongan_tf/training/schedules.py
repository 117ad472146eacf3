"""Learning rates as functions of the step."""

import keras
from keras import ops


class LinearDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Constant at first, then falls in a straight line to zero.

    Args:
        learning_rate: The rate up to `start`.
        start: Step at which the fall begins.
        end: Step at which the rate is zero. At or below `start` there is no
            fall.
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
