"""Objective of the generator (Chen et al., 2018, equation 2)."""

import dataclasses
from collections.abc import Callable

from cartoongan_tf.losses import augmentation
from cartoongan_tf.losses import content_target
from cartoongan_tf.losses import losses

_PHOTO = content_target.ContentTarget()


def _identity(images):
    return images


@dataclasses.dataclass(frozen=True)
class Objective:
    """Losses of the generator and their weights.

    Written in `keras.ops` only, so that every Keras backend trains with it.

    Attributes:
        features: Function from images to the feature map of the content loss,
            or to a list of maps that ends with it. A function, not a layer:
            this keeps a frozen VGG19 out of every checkpoint.
        content_weight: Omega, in units of VGG19's conv4_4 before ReLU at Caffe
            scale (pixels of 0 to 255), where two unrelated photos are about
            620 apart. The paper's literal 10 belongs to the authors' code,
            which divides the content gradient by 127.5 where it should
            multiply: it acts like 6e-4 here. At this scale 10 drowns the
            adversarial loss, and the output stays the photo.
        color_weight: Weight of `losses.color_loss`; 0 disables it.
        variation_weight: Weight of `losses.variation_loss`; 0 disables it.
        luminance_weight: Weight of `losses.luminance_loss`; 0 disables it.
        flat_weight: Weight of `losses.flat_loss`; 0 disables it.
        palette_weight: Weight of `losses.palette_loss`; 0 disables it.
        pixel_weight: Weight of `losses.pixel_loss`; 0 disables it.
        patch_weight: Weight of the patch discriminator's adversarial loss.
        feature_weight: Weight of the feature discriminator's adversarial loss.
        target: Content target, which content, colors, luminance, flat areas
            and pixels are compared with.
        people: Number of photos of people, at the end of each batch.
        people_content: Factor of the content loss for photos of people.
    """

    features: Callable
    content_weight: float
    color_weight: float = 0.0
    variation_weight: float = 0.0
    luminance_weight: float = 0.0
    flat_weight: float = 0.0
    palette_weight: float = 0.0
    pixel_weight: float = 0.0
    patch_weight: float = 1.0
    feature_weight: float = 0.7
    target: content_target.ContentTarget = _PHOTO
    people: int = 0
    people_content: float = 1.0

    @property
    def weights(self) -> dict[str, float]:
        """Weights of all losses in use, adversarial ones included, by name."""
        adversarial = {
            "adversarial": self.patch_weight,
            "feature_adversarial": self.feature_weight,
        }
        optional = {
            "people_content": self._people_weight,
            "color": self.color_weight,
            "luminance": self.luminance_weight,
            "flat": self.flat_weight,
            "palette": self.palette_weight,
            "pixel": self.pixel_weight,
            "variation": self.variation_weight,
        }
        used = {name: value for name, value in optional.items() if value}
        return {**adversarial, "content": self.content_weight, **used}

    def reconstruction_terms(
        self,
        photos,
        generated,
        *,
        target=None,
        maps=None,
        view=None,
        cartoons=None,
        people=None,
        gather=_identity,
        with_content=True,
    ) -> dict:
        """Unweighted losses except the adversarial ones, by name.

        Args:
            photos: Photos of shape `(batch, height, width, 3)` in [-1, 1].
            generated: Generated images of the same shape.
            target: Precomputed `self.target(photos)`, or None.
            maps: Precomputed features of `generated`, or None.
            view: `augmentation.View` of this step, or None for no
                augmentation.
            cartoons: Cartoons of the same shape, for the palette loss, which
                is skipped without them.
            people: Number of photos of people, at the end of `photos`, if
                these are a shard of a batch; default `self.people`.
            gather: Function from a shard to the whole batch, for the palette
                loss, which compares whole batches.
            with_content: Whether to include the losses on features.
        """
        view = view or augmentation.IDENTITY
        if target is None:
            target = self.target(photos)
        found: dict = {}
        if with_content:
            found |= self._content(
                _last(self.extract_features(target, view)),
                _last(
                    self.extract_features(generated, view)
                    if maps is None
                    else maps
                ),
                self.people if people is None else people,
            )
        if self.color_weight:
            found["color"] = losses.color_loss(target, generated)
        if self.luminance_weight:
            found["luminance"] = losses.luminance_loss(target, generated)
        if self.flat_weight:
            smooth = self.target.without_texture(photos, target)
            found["flat"] = losses.flat_loss(smooth, generated)
        if self.palette_weight and cartoons is not None:
            found["palette"] = losses.palette_loss(
                gather(cartoons), gather(generated)
            )
        if self.pixel_weight:
            found["pixel"] = losses.pixel_loss(target, generated)
        if self.variation_weight:
            found["variation"] = losses.variation_loss(generated)
        return found

    def extract_features(self, images, view):
        """Features of augmented images."""
        return self.features(view.crop(view.desaturate(images)))

    @property
    def _people_weight(self):
        if not self.people:
            return 0.0
        return self.content_weight * (self.people_content - 1)

    def _content(self, target, generated, people):
        """Losses on features, given two feature maps."""
        terms = {"content": losses.content_loss(target, generated)}
        if self._people_weight:
            # Scaled, so that the factor applies to each photo. A shard may have
            # no people: then the scale is 0.
            fraction = people / generated.shape[0]
            terms["people_content"] = fraction * losses.content_loss(
                target[-people:], generated[-people:]
            )
        return terms


@dataclasses.dataclass(frozen=True)
class PixelObjective:
    """Objective of the generator in the pixel warm-up.

    The paper's warm-up compares features, and the output of a small generator
    stays blurred for thousands of steps. An L1 of pixels takes a sixth of the
    time per step, and needs no VGG19.

    Attributes:
        target: Content target that the generator learns to reproduce.
    """

    target: content_target.ContentTarget
    people = 0  # All photos have the same weight.

    @property
    def weights(self) -> dict[str, float]:
        """Weights of all losses, like `Objective.weights`."""
        return {"pixel": 1.0}

    def reconstruction_terms(
        self, photos, generated, *, target=None, people=0
    ) -> dict:
        """Unweighted losses, like `Objective.reconstruction_terms`."""
        if target is None:
            target = self.target(photos)
        return {"pixel": losses.pixel_loss(target, generated)}


def _last(features):
    return features[-1] if isinstance(features, list) else features
