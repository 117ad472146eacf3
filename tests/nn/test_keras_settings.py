import inception_maker
import keras
import numpy as np
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.evaluation import inception
from cartoongan_tf.filters import guided_filter
from cartoongan_tf.losses import losses
from cartoongan_tf.losses import perceptual_features
from cartoongan_tf.nn import feature_discriminator
from cartoongan_tf.nn import keras_settings
from cartoongan_tf.nn import networks
from cartoongan_tf.nn import pretrained


@pytest.fixture
def restored():
    """Puts Keras' settings back."""
    floatx = keras.config.floatx()
    dtype = keras.config.dtype_policy()
    layout = keras.config.image_data_format()
    yield
    keras.config.set_floatx(floatx)
    keras.config.set_dtype_policy(dtype)
    keras.config.set_image_data_format(layout)


@pytest.fixture
def channels_first(restored):
    keras.config.set_image_data_format("channels_first")


@pytest.fixture
def float16(restored):
    keras.config.set_floatx("float16")
    keras.config.set_dtype_policy("float16")


@pytest.fixture
def images(random):
    return random.uniform(-1, 1, (2, 40, 48, 3)).astype("float32")


@pytest.mark.parametrize("name", networks.GENERATORS)
def test_generators_are_channels_last(name, channels_first, images):
    generator = networks.new_generator(name, 4, 1)
    assert generator(images).shape == images.shape


def test_discriminators_are_channels_last(channels_first, images):
    logits = networks.Discriminator(filters=4)(images)
    assert logits.shape == (2, 10, 12, 1)
    judge = feature_discriminator.FeatureDiscriminator((3,), filters=4)
    (logits,) = judge([images])
    assert logits.shape == (2, 38, 46, 1)


@pytest.mark.parametrize(
    "compute",
    [
        guided_filter.smooth,
        perceptual_features.pyramid,
        lambda images: losses.luminance_loss(images, images[::-1]),
        lambda images: losses.flat_loss(images, images[::-1]),
    ],
)
def test_losses_and_filters_are_channels_last(compute, restored, images):
    expected = compute(images)
    keras.config.set_image_data_format("channels_first")
    np.testing.assert_array_equal(compute(images), expected)


def test_keras_applications_are_channels_last(channels_first, tmp_path):
    network = pretrained.load_application(
        keras.applications.VGG19, None, flag="", file="", alternative=""
    )
    assert network.input.shape[-1] == 3
    tiny = inception.load_inception(
        inception_maker.make_weights(tmp_path / "tiny.npz")
    )
    assert tiny([np.zeros((299, 299, 3), "uint8")]).shape == (1, 16)


def test_networks_are_float32_and_settings_are_restored(
    float16, channels_first
):
    with keras_settings.fixed():
        generator = networks.Generator(filters=4, blocks=1)
    assert {weight.dtype for weight in generator.weights} == {"float32"}
    assert keras.config.floatx() == "float16"
    assert keras.config.dtype_policy().name == "float16"
    assert keras.config.image_data_format() == "channels_first"


def test_settings_are_restored_after_an_error(float16, channels_first):
    with pytest.raises(LookupError), keras_settings.fixed():
        raise LookupError
    assert keras.config.dtype_policy().name == "float16"
    assert keras.config.image_data_format() == "channels_first"


def test_a_process_of_ours_has_our_settings(float16, channels_first):
    keras_settings.apply()
    assert keras.config.floatx() == "float32"
    assert keras.layers.ReLU().dtype_policy.name == "float32"
    assert keras.config.image_data_format() == "channels_last"


@pytest.mark.parametrize("settle", [keras_settings.apply, keras_settings.fixed])
def test_another_backend_is_reported(settle, monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(errors.InputError, match="set KERAS_BACKEND=tensorflow"):
        settle().__enter__()
