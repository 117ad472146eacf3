"""Guard that stops a diverged run before it overwrites good checkpoints."""

import collections
import math

import keras
import numpy as np

from cartoongan_tf.core import errors

LOWER_RATES_ADVICE = (
    "Start over with lower learning rates, say half of "
    "`generator_learning_rate` and `discriminator_learning_rate`."
)

_WINDOW = 50  # Steps.
_MAX_CONTENT_LOSS = 560  # Two unrelated photos are 620 apart.
_MAX_LOSS_RATIO = 2.0  # Pixel loss relative to its minimum over a window.


class Diverged(errors.InputError):
    """The run diverged: its last steps did harm."""


class DivergenceGuard(keras.callbacks.Callback):
    """Stops at non-finite losses and when the generator collapses.

    Must come before `Checkpoints` in the list of callbacks: raising keeps the
    later ones from running.

    Args:
        objective: Objective of the generator.

    Raises:
        Diverged: If a loss is not finite; if gradients are not finite even
            with a loss scale below 1; if the mean content loss of 50 steps is
            nearly that of unrelated photos after it has been well below; or
            if the mean pixel loss of a warm-up is over twice its minimum.
    """

    def __init__(self, objective):
        super().__init__()
        uses_pixels = "content" not in objective.weights
        self._monitor = "pixel_loss" if uses_pixels else "content_loss"
        self._recent: collections.deque[float] = collections.deque(
            maxlen=_WINDOW
        )
        self._has_learned = False
        self._minimum = math.inf

    def on_train_batch_end(self, batch, logs=None):
        for name, value in logs.items():
            if not math.isfinite(value):
                raise Diverged(
                    f"{name} became {float(value)} at step "
                    f"{int(self.model.step)} of this phase. "
                    f"{LOWER_RATES_ADVICE}"
                )
        if min(self.model.loss_scales, default=1) < 1:
            raise Diverged(
                f"Gradients became infinite or NaN at step "
                f"{int(self.model.step)} of this phase, even with a "
                f"loss scale below 1. {LOWER_RATES_ADVICE}"
            )
        if self._monitor not in logs:  # Absent in steps without features.
            return
        self._recent.append(float(logs[self._monitor]))
        if len(self._recent) < _WINDOW:
            return
        if self._monitor == "pixel_loss":
            self._check_pixels(np.mean(self._recent))
        else:
            self._check_content(np.mean(self._recent))

    def _check_content(self, content):
        if content < _MAX_CONTENT_LOSS:
            self._has_learned = True
        elif self._has_learned:
            raise Diverged(
                f"content_loss has been {content:.0f} over the last {_WINDOW} "
                "steps, nearly the 620 of unrelated photos: the discriminator "
                "has won, and the cartoons no longer resemble their photos. "
                "Start over with half of `discriminator_learning_rate`, or "
                "twice the `content_weight`."
            )

    def _check_pixels(self, loss):
        self._minimum = min(self._minimum, loss)
        if loss > _MAX_LOSS_RATIO * self._minimum:
            raise Diverged(
                f"pixel_loss has been {loss:.2f} over the last {_WINDOW} "
                f"steps, and was {self._minimum:.2f}: the warm-up has "
                "collapsed. Start over with half of `warmup_learning_rate`, "
                "or another `seed`."
            )
