"""Interface of every artifact: the one place for names and ranges.

All of it is RGB, channels last. Cartoons have exactly the size of their
photos.

A SavedModel has three signatures. `serving_default` takes `image_bytes`, a
batch of JPEG, PNG and WebP pictures of mixed sizes, and gives `cartoon_bytes`.
`uint8` and `float32` take `image` of shape `(batch, height, width, 3)`, of 0
to 255 or of -1 to 1, and give `cartoon` of the same shape and range, each side
at least 16 pixels.

A `.tflite` file has a signature for each size that it was built for, named
WIDTHxHEIGHT, or one of the name `any`. They take `image`, of one picture, and
give `cartoon`: uint8 in files for the CPU, float32 in [-1, 1] in files for the
GPU delegate and the browser.
"""

import re
from collections.abc import Sequence

from cartoongan_tf.core import errors

MODEL_NAME = "cartoongan"

BYTES = "serving_default"
UINT8 = "uint8"
FLOAT32 = "float32"
ANY_SIZE = "any"

MINIMUM_SIDE = 16  # pixels: a quarter of it still holds a mirrored border

IMAGE_BYTES = "image_bytes"
CARTOON_BYTES = "cartoon_bytes"
IMAGE = "image"
CARTOON = "cartoon"

# What the dtypes of photos and cartoons hold, black and white.
RANGES = {"uint8": (0, 255), "float32": (-1, 1)}

Size = tuple[int, int] | None  # width and height in pixels; None for any


def signature_of(size: Size) -> str:
    """Name of the signature of a `.tflite` file for one size."""
    return "x".join(map(str, size)) if size else ANY_SIZE


def sizes_of(flag: str, texts: Sequence[str]) -> tuple[Size, ...]:
    """Reads sizes as signatures name them: `256x256`, `any`; and `256`.

    Args:
        flag: The flag that gave `texts`, for messages.
        texts: One size each; a number alone is that of a square.

    Returns:
        Each size once, in their order.

    Raises:
        InputError: If one is no size, or below 16 pixels a side.
    """
    sizes = (_size_of(flag, text.strip().lower()) for text in texts)
    return tuple(dict.fromkeys(sizes))


def _size_of(flag, text):
    if text == ANY_SIZE:
        return None
    match = re.fullmatch(r"(\d+)(?:x(\d+))?", text)
    size = match and (int(match[1]), int(match[2] or match[1]))
    if not size or min(size) < MINIMUM_SIDE:
        raise errors.InputError(
            f"`{flag}`: {text!r} is no size; give WIDTHxHEIGHT, of at least "
            f"{MINIMUM_SIDE} pixels a side, such as 512x384."
        )
    return size
