"""Guard that ends a diverged run before it spoils good checkpoints."""

import collections
import math

import keras
import numpy as np

from cartoongan_tf.core import errors

_WINDOW = 50  # steps
_CONTENT_LOST = 560  # Of 620 between two unrelated photos.


class Guard(keras.callbacks.Callback):
    """Stops at numbers that are none, and when the photos' content is lost.

    Must stand in front of `Checkpoints`: what comes after is not reached.

    Raises:
        Diverged: At a loss that is not finite; and if the content loss, over
            50 steps, is nearly what it is between unrelated photos after it
            has been well below that.
    """

    def __init__(self):
        super().__init__()
        self._content = collections.deque(maxlen=_WINDOW)
        self._has_learned = False

    def on_train_batch_end(self, batch, logs=None):
        for name, value in logs.items():
            if not math.isfinite(value):
                raise errors.Diverged(
                    f"{name} became {float(value)} at step "
                    f"{int(self.model.step)} of this phase. "
                    f"{errors.LOWER_RATES}"
                )
        if "content_loss" not in logs:  # A warm-up by pixels.
            return
        self._content.append(float(logs["content_loss"]))
        if len(self._content) == _WINDOW:
            self._check(np.mean(self._content))

    def _check(self, content):
        if content < _CONTENT_LOST:
            self._has_learned = True
        elif self._has_learned:
            raise errors.Diverged(
                f"content_loss has been {content:.0f} over the last {_WINDOW} "
                "steps, nearly the 620 of unrelated photos: the cartoons no "
                "longer show what their photos do, the discriminator has "
                "won. Start over with half of `discriminator_learning_rate`, "
                "or twice the `content_weight`."
            )
