"""Interface of exported models: names, shapes and value ranges.

All images are RGB, channels last. Cartoons have exactly the size of their
photos.

A SavedModel has three signatures. `serving_default` maps `image_bytes`, a batch
of JPEG, PNG and WebP pictures of mixed sizes, to `cartoon_bytes`. `uint8` and
`float32` map `image` of shape `(batch, height, width, 3)`, in 0 to 255 or -1 to
1, to `cartoon` of the same shape and range, each side at least 16 pixels.

A `.tflite` file has a signature per size, named WIDTHxHEIGHT, or one named
`any`. They map `image`, one picture, to `cartoon`: uint8 in files for the CPU,
float32 in [-1, 1] in files for the GPU delegate and the browser.
"""

import re
from collections.abc import Sequence

from cartoongan_tf.core import errors

MODEL_NAME = "cartoongan"

BYTES = "serving_default"
UINT8 = "uint8"
FLOAT32 = "float32"
ANY_SIZE = "any"

MINIMUM_SIDE = 16  # Pixels; a quarter still allows reflection padding.

IMAGE_BYTES = "image_bytes"
CARTOON_BYTES = "cartoon_bytes"
IMAGE = "image"
CARTOON = "cartoon"

# Values of black and white by dtype.
RANGES = {"uint8": (0, 255), "float32": (-1, 1)}

Size = tuple[int, int] | None  # Width and height in pixels; None for any.


def signature_of(size: Size) -> str:
    """Returns the signature name of a size in a `.tflite` file."""
    return "x".join(map(str, size)) if size else ANY_SIZE


def sizes_of(flag: str, texts: Sequence[str]) -> tuple[Size, ...]:
    """Parses sizes such as `256x256`, `256` or `any`.

    Args:
        flag: The flag that gave `texts`, for messages.
        texts: One size each; a single number is a square's side.

    Returns:
        The distinct sizes in order.

    Raises:
        InputError: If one is not a size, or has a side below 16 pixels.
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
