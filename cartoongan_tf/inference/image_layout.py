"""Image layouts of third-party models.

Supported are models from one RGB image to another of the same size: float32 or
float16 in [-1, 1], or uint8 in 0 to 255, channels last or first. Imports no
TensorFlow.
"""

from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

import numpy as np

from cartoongan_tf.core import model_interface

_CHANNELS = 3
_DTYPES = ("float32", "float16", "uint8")


class ImageLayout(NamedTuple):
    """Layout of one image.

    Attributes:
        dtype: Dtype of the values.
        size: Required width and height in pixels; None for any.
        channels_first: Whether its shape is `(1, 3, height, width)`.
    """

    dtype: np.dtype
    size: model_interface.Size
    channels_first: bool

    def to_model(self, batch: np.ndarray) -> np.ndarray:
        """Converts an array of shape `(1, height, width, 3)` to this layout."""
        moved = np.moveaxis(batch, 3, 1) if self.channels_first else batch
        return np.ascontiguousarray(moved, self.dtype)

    def from_model(self, batch: np.ndarray) -> np.ndarray:
        """Converts from this layout to shape `(1, height, width, 3)`."""
        return np.moveaxis(batch, 1, 3) if self.channels_first else batch


Tensor = tuple[Sequence[Any] | None, Any]  # Shape and dtype.


def infer(
    inputs: Sequence[Tensor], outputs: Sequence[Tensor]
) -> tuple[ImageLayout, ImageLayout]:
    """Infers the layouts of a model's input and output.

    Args:
        inputs: All inputs of the model. Dynamic dimensions are anything but
            positive integers.
        outputs: All outputs of the model.

    Raises:
        ValueError: If the model is not supported.
    """
    if len(inputs) != 1 or len(outputs) != 1:
        raise ValueError(
            f"its inputs and outputs number {len(inputs)} and {len(outputs)}, "
            "not 1 and 1"
        )
    source, result = _infer(inputs[0], "input"), _infer(outputs[0], "output")
    if source.size and result.size and source.size != result.size:
        sizes = map(model_interface.signature_of, (source.size, result.size))
        raise ValueError("it turns {} pixels into {}".format(*sizes))
    return source, result


def _infer(tensor, what):
    shape, dtype = tensor
    known = [None] * 4 if shape is None else shape
    sides = [side if _is_fixed(side) else None for side in known]
    name = np.dtype(dtype).name
    is_first = sides[1:2] == [_CHANNELS] and sides[3:] != [_CHANNELS]
    is_last = not is_first and sides[3:] in ([_CHANNELS], [None])
    if (
        len(sides) != 4
        or not (is_last or is_first)
        or sides[0] not in (None, 1)
        or name not in _DTYPES
    ):
        shown = ", ".join("?" if side is None else str(side) for side in sides)
        raise ValueError(f"its {what} is {name} of shape ({shown})")
    height, width = sides[2:] if is_first else sides[1:3]
    size = (width, height) if height and width else None
    return ImageLayout(np.dtype(name), size, is_first)


def _is_fixed(side):
    return isinstance(side, int | np.integer) and side > 0
