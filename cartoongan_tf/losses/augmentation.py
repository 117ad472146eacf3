"""Augmentation: views of a step's images for VGG19 and discriminators.

All images of a step, photos, cartoons and generated ones, are shown alike, so
that nothing tells them apart but what they are:

- Cropped at a random place before VGG19: its pooling has a grid of 8x8
  pixels, in which a generator can hide a pattern where every image begins at
  the same pixel of it.
- Mixed with gray by a random share, so that discriminators cannot ask for the
  style's colors: White-box cartoonization (Wang and Yu, 2020) and AnimeGAN
  (Chen et al., 2019) judge gray images, too.

Images are float, `(batch, height, width, 3)`, in [-1, 1]. Written in
`keras.ops` only; the random numbers come from outside.
"""

import dataclasses
from typing import Any
from typing import NamedTuple

from keras import ops

from cartoongan_tf.filters import luminance


class View(NamedTuple):
    """The view of the images of one step.

    Attributes:
        shift: Pixels that a crop is smaller by.
        top: Rows that a crop leaves out above: a tensor, 0 to `shift`.
        left: Columns that it leaves out at the left, likewise.
        gray: Share of gray: a tensor, 0 to 1; or None for none.
    """

    shift: int
    top: Any
    left: Any
    gray: Any

    def tint(self, images):
        """Mixes images with gray ones of the same luminance."""
        if self.gray is None:
            return images
        return images + self.gray * (luminance.luminance(images) - images)

    def crop(self, images):
        """Crops images, all at the same place."""
        if not self.shift:
            return images
        batch, height, width, channels = images.shape
        return ops.slice(
            images,
            (0, self.top, self.left, 0),
            (batch, height - self.shift, width - self.shift, channels),
        )


AS_IT_IS = View(0, 0, 0, None)


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """Limits of random views.

    Attributes:
        shift: Pixels by which images are cropped before VGG19.
        gray_share: Largest share of gray, 0 to 1.
    """

    shift: int = 0
    gray_share: float = 0.0

    def view(self, chances) -> View:
        """Draws a view.

        Args:
            chances: Three random numbers of [0, 1), a float32 tensor.
        """
        places = ops.cast(chances[:2] * (self.shift + 1), "int32")
        gray = self.gray_share * chances[2] if self.gray_share else None
        return View(self.shift, places[0], places[1], gray)
