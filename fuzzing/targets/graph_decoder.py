"""Pictures of strangers, decoded inside of an exported model's graph."""

import contextlib
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

from cartoongan_tf.export import options
from cartoongan_tf.export.graph_decoding import encoded_images

_SETTINGS = options.BytesSettings(max_side=64, max_pixels=1_000_000)


@tf.function(input_signature=[tf.TensorSpec((), tf.string)])
def _decoded(contents):
    return encoded_images.decode(contents, tf.constant(0), _SETTINGS)


def check(data: bytes) -> None:
    """Decodes a picture, or is told that its argument is invalid."""
    with contextlib.suppress(tf.errors.InvalidArgumentError):
        pixels = _decoded(tf.constant(data))
        assert 16 <= min(pixels.shape[:2])
        assert max(pixels.shape[:2]) <= _SETTINGS.max_side
