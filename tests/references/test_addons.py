"""Our operations against those of tensorflow-addons, the one they replace.

It lives in an environment of its own, with TensorFlow 2.15 and Keras 2, whose
Python `$CARTOONGAN_ADDONS` names. `make test-addons` sets both up.
"""

import os
import pathlib
import subprocess

import cv2
import numpy as np
import pytest
import skimage.data
import tensorflow as tf

from cartoongan_tf.data import edge_smoothing
from cartoongan_tf.nn import layers

PYTHON = os.environ.get("CARTOONGAN_ADDONS")
SCRIPT = pathlib.Path(__file__).with_name("addons_reference.py")
# OpenCV's standard deviations for 11 and 21 pixels, and some of our own.
GAUSSIANS = [(3, 0.8), (5, 1.0), (7, 2.5), (11, 2.0), (21, 3.5)]
BOXES = [3, 5, 9]

pytestmark = pytest.mark.skipif(
    not PYTHON, reason="needs an environment of its own: make test-addons"
)


@pytest.fixture(scope="module")
def request_arrays():
    random = np.random.default_rng(0)
    noise = random.integers(0, 256, (120, 90, 3))
    photo = skimage.data.astronaut()[40:160, 180:270]
    shape = (2, 12, 10, 5)
    return {
        "images": np.stack([photo, noise]).astype("float32"),
        "gaussians": np.array(GAUSSIANS),
        "boxes": np.array(BOXES),
        "features": random.normal(3, 2, shape).astype("float32"),
        "toward": random.normal(size=shape).astype("float32"),
        "scale": random.normal(size=5).astype("float32"),
        "shift": random.normal(size=5).astype("float32"),
        "epsilon": np.array(1e-5),
    }


@pytest.fixture(scope="module")
def answer(request_arrays, tmp_path_factory):
    folder = tmp_path_factory.mktemp("addons")
    np.savez(folder / "request.npz", **request_arrays)
    subprocess.run(
        [PYTHON, SCRIPT, folder / "request.npz", folder / "answer.npz"],
        check=True,
    )
    return dict(np.load(folder / "answer.npz"))


def assert_blurs_alike(request_arrays, kernel, expected):
    """To rounding, and what rounding the weights to 2048ths may add."""
    for image, wanted in zip(request_arrays["images"], expected, strict=True):
        actual = edge_smoothing.blur(image.astype("uint8"), kernel).numpy()
        difference = np.abs(actual.astype(float) - wanted)
        assert difference.max() < 0.7
        assert not np.array_equal(actual, image)


@pytest.mark.parametrize(("side", "sigma"), GAUSSIANS)
def test_gaussians_are_those_of_gaussian_filter2d(
    request_arrays, answer, side, sigma
):
    kernel = cv2.getGaussianKernel(side, sigma)[:, 0]
    expected = answer[f"gaussian_{side}_{sigma}"]
    assert_blurs_alike(request_arrays, kernel, expected)


@pytest.mark.parametrize("side", [11, 21])
def test_the_setting_gaussian_is_a_gaussian(request_arrays, answer, side):
    smoothing = edge_smoothing.Smoothing(100, 200, 5, side, "gaussian")
    expected = answer[f"gaussian_{side}_{dict(GAUSSIANS)[side]}"]
    assert_blurs_alike(
        request_arrays, edge_smoothing.blur_kernel(smoothing), expected
    )


@pytest.mark.parametrize("side", BOXES)
def test_the_setting_box_is_mean_filter2d(request_arrays, answer, side):
    smoothing = edge_smoothing.Smoothing(100, 200, 5, side, "box")
    kernel = edge_smoothing.blur_kernel(smoothing)
    assert_blurs_alike(request_arrays, kernel, answer[f"box_{side}"])


def test_instance_normalization_and_its_gradients_agree(request_arrays, answer):
    features = tf.constant(request_arrays["features"])
    layer = layers.InstanceNormalization(epsilon=1e-5)
    layer.build(features.shape)
    layer.set_weights([request_arrays["scale"], request_arrays["shift"]])
    with tf.GradientTape() as tape:
        tape.watch(features)
        outputs = layer(features)
        loss = tf.reduce_sum(outputs * request_arrays["toward"])
    weights = [weight.value for weight in layer.trainable_weights]
    gradients = tape.gradient(loss, [features, *weights])
    np.testing.assert_allclose(outputs, answer["normalized"], atol=1e-5)
    names = ("by_features", "by_scale", "by_shift")
    for name, actual in zip(names, gradients, strict=True):
        np.testing.assert_allclose(actual, answer[name], rtol=1e-4, atol=1e-4)
