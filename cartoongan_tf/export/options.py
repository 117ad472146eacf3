"""Options of an export, and their defaults; free of TensorFlow."""

from collections.abc import Sequence
from typing import NamedTuple

from cartoongan_tf.core import model_interface
from cartoongan_tf.images import headers

MAX_PHOTOS = 16  # That artifacts are compared on.


class BytesSettings(NamedTuple):
    """Settings of the signature for encoded pictures.

    Attributes:
        max_side: Longer side, in pixels, above which photos are resized.
        max_pixels: The most pixels that are decoded.
        encoding: Format of the cartoons, one of `choices.ENCODINGS`.
    """

    max_side: int = 2048
    max_pixels: int = headers.MAX_PIXELS
    encoding: str = "png"


class Settings(NamedTuple):
    """Settings of an export.

    Attributes:
        formats: Some of `choices.EXPORT_FORMATS`.
        precisions: Of `.tflite` files, some of `conversion.PRECISIONS`.
        sizes: Of `.tflite` files, and of `.onnx` files where None is not
            among them.
        version: Number of the SavedModel; None for one above the highest that
            is there.
        warmup_sizes: Of the requests that a server replays first.
        encoded: Of the signature for encoded pictures.
    """

    formats: Sequence[str] = ("saved_model", "litert")
    precisions: Sequence[str] = ("float16", "dynamic_range")
    sizes: Sequence[model_interface.Size] = ((256, 256), (512, 512), None)
    version: int | None = None
    warmup_sizes: Sequence[tuple[int, int]] = ((256, 256),)
    encoded: BytesSettings = BytesSettings()
