"""What the generator minimizes (Chen et al., 2018, equation 2)."""

import dataclasses
from collections.abc import Callable

from cartoongan_tf import losses


@dataclasses.dataclass(frozen=True)
class Objective:
    """The generator's losses and their weights.

    The adversarial loss has weight 1; what restrains the generator is here.

    Attributes:
        features: Function from images to feature maps, for the content loss.
            A function, not a layer: a frozen VGG19 behind it stays out of
            every checkpoint.
        content_weight: Omega. It counts in units of VGG19's conv4_4 before
            ReLU at Caffe scale (pixels of 0 to 255), where two unrelated
            photos are about 620 apart. The paper's literal 10 belongs to the
            authors' code, which divides the content gradient by 127.5 where
            it should multiply: there it acts like 6e-4 here. At this scale 10
            drowns the adversarial loss, and the output stays the photo.
        color_weight: Weight of `losses.color_loss`; 0 leaves it out.
        variation_weight: Weight of `losses.variation_loss`; 0 leaves it out.
    """

    features: Callable
    content_weight: float
    color_weight: float = 0.0
    variation_weight: float = 0.0

    @property
    def weights(self) -> dict[str, float]:
        """Weights by the name of their loss, the adversarial one included."""
        weights = {"adversarial": 1.0, "content": self.content_weight}
        if self.color_weight:
            weights["color"] = self.color_weight
        if self.variation_weight:
            weights["variation"] = self.variation_weight
        return weights

    def restraints(self, photos, generated) -> dict:
        """All losses but the adversarial one, unweighted, by name."""
        found = {
            "content": losses.content_loss(
                self.features(photos), self.features(generated)
            )
        }
        if self.color_weight:
            found["color"] = losses.color_loss(photos, generated)
        if self.variation_weight:
            found["variation"] = losses.variation_loss(generated)
        return found
