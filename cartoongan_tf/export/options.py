"""Options of an export and their defaults, without TensorFlow."""

from collections.abc import Sequence
from typing import NamedTuple

from cartoongan_tf.core import model_interface
from cartoongan_tf.images import headers

MAX_PHOTOS = 16  # For the comparison of artifacts.


class BytesSettings(NamedTuple):
    """Settings of the signature for encoded pictures.

    Attributes:
        max_side: Maximum longer side, in pixels; larger photos are reduced.
        max_pixels: Maximum number of pixels to decode.
        encoding: Format of the cartoons, one of `choices.ENCODINGS`.
    """

    max_side: int = 2048
    max_pixels: int = headers.MAX_PIXELS
    encoding: str = "png"


class Settings(NamedTuple):
    """Settings of an export.

    Attributes:
        formats: Subset of `choices.EXPORT_FORMATS`.
        precisions: Precisions of `.tflite` files, a subset of
            `conversion.PRECISIONS`.
        sizes: Sizes of `.tflite` files and, unless None is among them, of
            `.onnx` files.
        version: Version number of the SavedModel; None for the next one.
        warmup_sizes: Picture sizes of the server's warmup requests.
        encoded: Settings of the signature for encoded pictures.
    """

    formats: Sequence[str] = ("saved_model", "litert")
    precisions: Sequence[str] = ("float16", "dynamic_range")
    sizes: Sequence[model_interface.Size] = ((256, 256), (512, 512), None)
    version: int | None = None
    warmup_sizes: Sequence[tuple[int, int]] = ((256, 256),)
    encoded: BytesSettings = BytesSettings()
