import numpy as np
import tensorflow as tf

from cartoongan_tf.core import compiling


def double(image):
    return 2 * image


def test_a_compiled_function_takes_images_of_any_size():
    fast = compiling.compiled(double)
    assert fast is not double
    for size in (3, 5):
        images = tf.data.Dataset.from_tensors(tf.ones((size, 2)))
        (actual,) = images.map(fast).as_numpy_iterator()
        np.testing.assert_array_equal(actual, np.full((size, 2), 2))


def test_without_xla_the_function_runs_uncompiled(monkeypatch):
    """Simulates TensorFlow on Windows, where `jit_compile` is an error."""

    def refuse(*_, **__):
        raise tf.errors.UnimplementedError(None, None, "no XLA")

    monkeypatch.setattr(tf.data.Dataset, "from_tensors", refuse)
    assert compiling.compiled(double) is double
