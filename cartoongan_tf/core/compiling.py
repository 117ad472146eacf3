"""XLA compilation of image functions, where available."""

from collections.abc import Callable

import tensorflow as tf


def compiled(function: Callable) -> Callable:
    """Compiles a function with XLA, which makes it several times as fast.

    It is compiled once per image size. It stays uncompiled if TensorFlow was
    built without XLA, as on Windows.

    Args:
        function: Pure TensorFlow function from a tensor to a tensor.

    Returns:
        Function for use in `tf.data.Dataset.map`.
    """
    return tf.function(function, jit_compile=True) if _has_xla() else function


def _has_xla():
    probe = tf.function(tf.identity, jit_compile=True)
    try:
        next(iter(tf.data.Dataset.from_tensors(0).map(probe)))
    except tf.errors.OpError:
        return False
    return True
