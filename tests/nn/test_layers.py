import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.nn import layers


@pytest.mark.parametrize("padding", [0, 1, 3])
def test_reflection_padding_agrees_with_numpy(random, padding):
    images = random.normal(size=(2, 5, 7, 3)).astype("float32")
    side = (padding, padding)
    expected = np.pad(images, ((0, 0), side, side, (0, 0)), mode="reflect")
    actual = layers.ReflectionPadding2D(padding)(images)
    np.testing.assert_array_equal(actual, expected)


def test_reflection_padding_knows_its_shape():
    padded = layers.ReflectionPadding2D(3)(keras.Input((None, 24, 5)))
    assert padded.shape == (None, None, 30, 5)


def test_negative_padding_is_refused():
    with pytest.raises(ValueError, match="`padding` must be >= 0"):
        layers.ReflectionPadding2D(-1)


def test_instance_norm_agrees_with_group_norm(random):
    images = random.normal(3, 2, size=(2, 16, 24, 5)).astype("float32")
    ours = layers.InstanceNormalization(epsilon=1e-3)
    theirs = keras.layers.GroupNormalization(groups=-1, epsilon=1e-3)
    ours.build(images.shape)
    theirs.build(images.shape)
    weights = [random.normal(size=5), random.normal(size=5)]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    np.testing.assert_allclose(ours(images), theirs(images), atol=1e-5)


def test_instance_norm_treats_each_image_on_its_own(random):
    images = random.normal(size=(2, 16, 24, 3)).astype("float32")
    norm = layers.InstanceNormalization()
    np.testing.assert_allclose(norm(images)[:1], norm(images[:1]), atol=1e-6)


@pytest.mark.parametrize("dtype", ["float16", "float32", "mixed_float16"])
@pytest.mark.parametrize("epsilon", [1e-5, 1e-9])
def test_a_constant_image_is_normalized_to_numbers(dtype, epsilon):
    norm = layers.InstanceNormalization(epsilon, dtype=dtype)
    normalized = norm(tf.fill((1, 16, 24, 3), 0.3))
    assert np.isfinite(normalized).all()


def test_half_precision_variance_does_not_overflow(random):
    wide = (600 * random.normal(size=(1, 16, 24, 3))).astype("float16")
    norm = layers.InstanceNormalization(dtype="float16")
    norm.build(wide.shape)
    norm.set_weights([np.ones(3), np.zeros(3)])
    np.testing.assert_allclose(np.std(norm(wide)), 1, rtol=0.01)


def test_layers_come_back_from_their_config():
    padding = layers.ReflectionPadding2D(2)
    norm = layers.InstanceNormalization(1e-9)
    for layer in (padding, norm):
        again = type(layer).from_config(layer.get_config())
        assert again.get_config() == layer.get_config()
