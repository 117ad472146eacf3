"""Augmentation of the images that VGG19 and the discriminators see.

All images of a step, photos, cartoons and generated ones, are augmented alike,
so that discriminators cannot tell them apart by it:

- Cropped at a random place before VGG19: its pooling has a grid of 8x8 pixels,
  and if every image began at the same pixel of the grid, the generator could
  hide a pattern in it.
- Blended with gray by a random fraction, so that discriminators cannot enforce
  the style's colors. White-box cartoonization (Wang and Yu, 2020) and AnimeGAN
  (Chen et al., 2019) also show discriminators gray images.

Images are float, `(batch, height, width, 3)`, in [-1, 1]. Written in
`keras.ops` only; random numbers are passed in.
"""

import dataclasses
from typing import Any
from typing import NamedTuple

from keras import ops

from cartoongan_tf.filters import luminance


class View(NamedTuple):
    """Augmentation parameters of one step.

    Attributes:
        shift: Pixels by which crops are smaller than the images.
        top: Rows cropped at the top: an integer tensor, 0 to `shift`.
        left: Columns cropped at the left: likewise.
        gray: Fraction of gray: a tensor, 0 to 1; or None for no blending.
    """

    shift: int
    top: Any
    left: Any
    gray: Any

    def desaturate(self, images):
        """Blends images with gray of the same luminance."""
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


IDENTITY = View(0, 0, 0, None)


@dataclasses.dataclass(frozen=True)
class Augmentation:
    """Ranges of the random views.

    Attributes:
        shift: Pixels by which images are cropped before VGG19.
        gray_share: Maximum fraction of gray, 0 to 1.
    """

    shift: int = 0
    gray_share: float = 0.0

    def sample_view(self, uniform) -> View:
        """Samples a view.

        Args:
            uniform: Three random numbers in [0, 1), a float32 tensor.
        """
        offsets = ops.cast(uniform[:2] * (self.shift + 1), "int32")
        gray = self.gray_share * uniform[2] if self.gray_share else None
        return View(self.shift, offsets[0], offsets[1], gray)
