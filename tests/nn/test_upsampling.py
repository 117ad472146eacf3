import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.nn import layers
from cartoongan_tf.nn import upsampling


@pytest.fixture
def layer():
    layer = upsampling.UpsampledConvolution2D(5)
    layer.build((None, None, None, 6))
    random = np.random.default_rng(1)
    layer.set_weights([random.normal(size=w.shape) for w in layer.weights])
    return layer


def in_three_steps(layer):
    """The same with Keras layers: upsampling, padding, convolution."""
    steps = [
        keras.layers.UpSampling2D(interpolation="nearest"),
        layers.ReflectionPadding2D(1),
        keras.layers.Conv2D(layer.filters, 3),
    ]
    network = keras.Sequential([keras.Input((None, None, 6)), *steps])
    network.set_weights(layer.get_weights())
    return network


@pytest.mark.parametrize("sides", [(7, 5), (4, 9), (1, 2)])
def test_it_equals_three_keras_layers(layer, random, sides):
    images = random.normal(size=(2, *sides, 6)).astype("float32")
    actual, expected = layer(images), in_three_steps(layer)(images)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-4)


def test_its_gradients_equal_those_of_three_keras_layers(layer, random):
    images = tf.constant(random.normal(size=(1, 5, 7, 6)), tf.float32)
    pulls = tf.constant(random.normal(size=(1, 10, 14, 5)), tf.float32)
    gradients = []
    for network in (layer, in_three_steps(layer)):
        with tf.GradientTape() as tape:
            tape.watch(images)
            loss = tf.reduce_sum(network(images) * pulls)
        sources = [images, *network.trainable_variables]
        gradients.append(tape.gradient(loss, sources))
    for actual, expected in zip(*gradients, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-3)


def test_sizes_may_be_unknown(layer, random):
    images = random.normal(size=(2, 3, 5, 6)).astype("float32")
    signature = [tf.TensorSpec((None, None, None, 6), tf.float32)]
    graph = tf.function(layer, input_signature=signature)
    np.testing.assert_allclose(graph(images), layer(images), atol=1e-5)
    doubled = layer(keras.Input((None, 24, 6)))
    assert doubled.shape == (None, None, 48, 5)


def test_it_is_rebuilt_from_its_config(layer):
    again = type(layer).from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
