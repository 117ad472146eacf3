import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.training import image_pool

BATCH = 4  # Not the number of channels.


def numbered(step, batch=BATCH):
    """Images whose only value is their number."""
    numbers = tf.range(step * batch, (step + 1) * batch, dtype=tf.float32)
    return tf.tile(numbers[:, None, None, None], (1, 2, 2, 3))


def exchange_all(pool, steps):
    exchange = tf.function(pool.exchange)
    return np.stack(
        [
            exchange(numbered(s), tf.constant(s))[:, 0, 0, 0]
            for s in range(steps)
        ]
    )


@pytest.mark.parametrize("size", [6, 7, 8])
def test_images_pass_through_until_the_pool_is_full(size):
    pool = image_pool.ImagePool(size, 2)
    given = exchange_all(pool, -(-size // BATCH))
    expected = np.arange(given.size).reshape(given.shape)
    np.testing.assert_array_equal(given, expected)


@pytest.mark.parametrize("size", [6, 7, 8])
def test_a_full_pool_holds_the_first_images(size):
    pool = image_pool.ImagePool(size, 2)
    exchange_all(pool, -(-size // BATCH))
    np.testing.assert_array_equal(pool.images[:, 0, 0, 0], np.arange(size))


def test_about_half_of_the_images_come_from_the_pool():
    given = exchange_all(image_pool.ImagePool(20, 2), 200)[7:]
    new = np.arange(7 * BATCH, 200 * BATCH).reshape(given.shape)
    assert 0.4 < (given != new).mean() < 0.6
    assert (given <= new).all()


def test_no_image_is_lost_or_duplicated():
    pool = image_pool.ImagePool(2 * BATCH, 2)
    given = exchange_all(pool, 50)[2:].ravel().tolist()
    held = pool.images.numpy()[:, 0, 0, 0].tolist()
    assert sorted(given + held) == list(range(50 * BATCH))


def test_draws_depend_only_on_the_step_and_the_seed():
    first = exchange_all(image_pool.ImagePool(8, 2, seed=1), 20)
    again = exchange_all(image_pool.ImagePool(8, 2, seed=1), 20)
    other = exchange_all(image_pool.ImagePool(8, 2, seed=2), 20)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_images_in_the_pool_are_not_trainable():
    assert image_pool.ImagePool(8, 2).trainable_variables == []
