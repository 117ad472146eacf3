import pytest
import tensorflow as tf


@pytest.fixture
def batch(random):
    """Photos, cartoons and smoothed cartoons, all of them noise."""
    return tuple(
        tf.constant(random.uniform(-1, 1, (2, 32, 32, 3)), tf.float32)
        for _ in range(3)
    )
