"""Objective of the generator (Chen et al., 2018, equation 2)."""

import dataclasses
from collections.abc import Callable

from cartoongan_tf.losses import augmentation
from cartoongan_tf.losses import content_target
from cartoongan_tf.losses import losses

_PHOTO = content_target.ContentTarget()


def _as_it_is(images):
    return images


@dataclasses.dataclass(frozen=True)
class Objective:
    """The generator's losses and their weights.

    Written in `keras.ops` only, so that every Keras backend trains with it.

    Attributes:
        features: Function from images to a feature map for the content loss,
            or to a list of maps of which it is the last. A function, not a
            layer: a frozen VGG19 behind it stays out of every checkpoint.
        content_weight: Omega. It counts in units of VGG19's conv4_4 before
            ReLU at Caffe scale (pixels of 0 to 255), where two unrelated
            photos are about 620 apart. The paper's literal 10 belongs to the
            authors' code, which divides the content gradient by 127.5 where
            it should multiply: there it acts like 6e-4 here. At this scale 10
            drowns the adversarial loss, and the output stays the photo.
        color_weight: Weight of `losses.color_loss`; 0 leaves it out.
        variation_weight: Weight of `losses.variation_loss`; 0 leaves it out.
        luminance_weight: Weight of `losses.luminance_loss`, likewise.
        flat_weight: Weight of `losses.flat_loss`, likewise.
        palette_weight: Weight of `losses.palette_loss`, likewise.
        pixel_weight: Weight of `losses.pixel_loss` against the content
            target, likewise.
        patch_weight: Weight of the patch discriminator's adversarial loss.
        feature_weight: Weight of the feature discriminator's.
        target: What content, colors, luminance, flat areas and pixels are
            compared with.
        people: How many photos, at the end of each batch, show people.
        people_content: Factor of the content loss for these.
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
        """Weights by the name of their loss, the adversarial ones included."""
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
        gather=_as_it_is,
        with_content=True,
    ) -> dict:
        """All losses but the adversarial ones, unweighted, by name.

        Args:
            photos: Photos of shape `(batch, height, width, 3)` in [-1, 1].
            generated: What the generator makes of them.
            target: What `self.target` makes of `photos`, if that is there
                already.
            maps: What `look` gives for `generated`, likewise.
            view: The `augmentation.View` of this step; none to look at images
                as they are.
            cartoons: Cartoons of the same shape, for the palette, which is
                left out without them.
            people: How many of these photos, at the end, show people, where
                they are a share of a batch; `self.people` unless given.
            gather: Function from a share of a batch to the whole of it, for
                the palette, which is a property of a whole batch.
            with_content: Whether to compare features, too.
        """
        view = view or augmentation.AS_IT_IS
        if target is None:
            target = self.target(photos)
        found: dict = {}
        if with_content:
            found |= self._content(
                _last(self.look(target, view)),
                _last(self.look(generated, view) if maps is None else maps),
                self.people if people is None else people,
            )
        if self.color_weight:
            found["color"] = losses.color_loss(target, generated)
        if self.luminance_weight:
            found["luminance"] = losses.luminance_loss(target, generated)
        if self.flat_weight:
            plain = self.target.without_texture(photos, target)
            found["flat"] = losses.flat_loss(plain, generated)
        if self.palette_weight and cartoons is not None:
            found["palette"] = losses.palette_loss(
                gather(cartoons), gather(generated)
            )
        if self.pixel_weight:
            found["pixel"] = losses.pixel_loss(target, generated)
        if self.variation_weight:
            found["variation"] = losses.variation_loss(generated)
        return found

    def look(self, images, view):
        """Features of images as they are shown in a step."""
        return self.features(view.crop(view.tint(images)))

    @property
    def _people_weight(self):
        if not self.people:
            return 0.0
        return self.content_weight * (self.people_content - 1)

    def _content(self, wanted, found, people):
        """Terms that compare features."""
        terms = {"content": losses.content_loss(wanted, found)}
        if self._people_weight:
            # A share of the batch, so that the factor is that of each photo.
            # None of a share of the batch may be, for 0 times any mean.
            share = people / found.shape[0]
            terms["people_content"] = share * losses.content_loss(
                wanted[-people:], found[-people:]
            )
        return terms


@dataclasses.dataclass(frozen=True)
class PixelObjective:
    """Objective of the generator in a warm-up by pixels.

    The paper's warm-up compares features, which leaves a small generator
    blurred for thousands of steps. An L1 between pixels takes a sixth of the
    time a step, and no VGG19.

    Attributes:
        target: What the generator learns to reproduce.
    """

    target: content_target.ContentTarget
    people = 0  # No photo counts for more.

    @property
    def weights(self) -> dict[str, float]:
        """As `Objective.weights`."""
        return {"pixel": 1.0}

    def reconstruction_terms(
        self, photos, generated, *, target=None, people=0
    ) -> dict:
        """As `Objective.reconstruction_terms`."""
        if target is None:
            target = self.target(photos)
        return {"pixel": losses.pixel_loss(target, generated)}


def _last(features):
    return features[-1] if isinstance(features, list) else features
