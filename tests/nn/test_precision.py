import keras
import numpy as np
import pytest

from cartoongan_tf.core import choices
from cartoongan_tf.nn import feature_discriminator
from cartoongan_tf.nn import light_generator
from cartoongan_tf.nn import networks
from cartoongan_tf.nn import precision

CHANNELS = (4, 8)
NETWORKS = {
    "cartoongan": lambda: networks.Generator(8, 1),
    "light": lambda: light_generator.LightGenerator(8, 1),
    "patch": lambda: networks.Discriminator(8),
    "feature": lambda: feature_discriminator.FeatureDiscriminator(CHANNELS, 8),
}


@pytest.fixture(params=NETWORKS)
def network(request):
    return NETWORKS[request.param]()


@pytest.fixture
def inputs(network, random):
    if isinstance(network, feature_discriminator.FeatureDiscriminator):
        return [random.normal(size=(2, 9, 9, n)) for n in CHANNELS]
    return random.uniform(-1, 1, (2, 32, 32, 3)).astype("float32")


def convolutions_of(network):
    kinds = (keras.layers.Conv2D,)
    return [n for n in network._flatten_layers() if isinstance(n, kinds)]


@pytest.mark.parametrize("dtype", choices.COMPUTE_DTYPES)
def test_mixed_precision_computes_in_16_bits(network, inputs, dtype):
    mixed = precision.copy_network(network, precision.mixed_policy(dtype))
    for layer in convolutions_of(mixed):
        assert layer.compute_dtype == dtype
    assert {weight.dtype for weight in mixed.weights} == {"float32"}
    for found, wanted in zip(
        keras.tree.flatten(mixed(inputs)),
        keras.tree.flatten(network(inputs)),
        strict=True,
    ):
        assert found.dtype == "float32"
        error = np.abs(found - wanted).max()
        assert 0 < error < 0.05 * np.abs(wanted).max()


def test_copying_back_restores_the_network(network, inputs):
    mixed = precision.copy_network(network, precision.mixed_policy("bfloat16"))
    again = precision.copy_network(mixed)
    assert all(n.compute_dtype == "float32" for n in convolutions_of(again))
    for found, wanted in zip(
        keras.tree.flatten(again(inputs)),
        keras.tree.flatten(network(inputs)),
        strict=True,
    ):
        np.testing.assert_array_equal(found, wanted)


def test_the_global_policy_does_not_change(network):
    precision.copy_network(network, precision.mixed_policy("bfloat16"))
    assert keras.config.dtype_policy().name == "float32"
