"""Guard that ends a diverged run before it spoils good checkpoints."""

import collections
import math

import keras
import numpy as np

from cartoongan_tf.core import errors

_WINDOW = 50  # steps
_MAX_CONTENT_LOSS = 560  # Of 620 between two unrelated photos.
_MAX_LOSS_RATIO = 2.0  # Times the least pixel loss, over a window, so far.


class Guard(keras.callbacks.Callback):
    """Stops at numbers that are none, and when what was learned is lost.

    Must stand in front of `Checkpoints`: what comes after is not reached.

    Args:
        objective: What the generator minimizes.

    Raises:
        Diverged: At a loss that is not finite; if gradients are not where
            losses are no longer scaled up; if the content loss, over 50 steps,
            is nearly what it is between unrelated photos after it has been
            well below that; and if, in a warm-up by pixels, the loss is over
            twice what it has been.
    """

    def __init__(self, objective):
        super().__init__()
        is_by_pixels = "content" not in objective.weights
        self._watched = "pixel_loss" if is_by_pixels else "content_loss"
        self._recent = collections.deque(maxlen=_WINDOW)
        self._has_learned = False
        self._least = math.inf

    def on_train_batch_end(self, batch, logs=None):
        for name, value in logs.items():
            if not math.isfinite(value):
                raise errors.Diverged(
                    f"{name} became {float(value)} at step "
                    f"{int(self.model.step)} of this phase. "
                    f"{errors.LOWER_RATES}"
                )
        if min(self.model.loss_scales, default=1) < 1:
            raise errors.Diverged(
                f"Gradients are no numbers at step {int(self.model.step)} of "
                "this phase, even where the loss is not scaled up. "
                f"{errors.LOWER_RATES}"
            )
        if self._watched not in logs:  # Not in each step.
            return
        self._recent.append(float(logs[self._watched]))
        if len(self._recent) < _WINDOW:
            return
        if self._watched == "pixel_loss":
            self._check_pixels(np.mean(self._recent))
        else:
            self._check_content(np.mean(self._recent))

    def _check_content(self, content):
        if content < _MAX_CONTENT_LOSS:
            self._has_learned = True
        elif self._has_learned:
            raise errors.Diverged(
                f"content_loss has been {content:.0f} over the last {_WINDOW} "
                "steps, nearly the 620 of unrelated photos: the cartoons no "
                "longer show what their photos do, the discriminator has "
                "won. Start over with half of `discriminator_learning_rate`, "
                "or twice the `content_weight`."
            )

    def _check_pixels(self, loss):
        self._least = min(self._least, loss)
        if loss > _MAX_LOSS_RATIO * self._least:
            raise errors.Diverged(
                f"pixel_loss has been {loss:.2f} over the last {_WINDOW} "
                f"steps, and was {self._least:.2f}: the warm-up has "
                "collapsed. Start over with half of `warmup_learning_rate`, "
                "or another `seed`."
            )
