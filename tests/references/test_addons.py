"""Our instance norm against that of tensorflow-addons, which it replaces.

It lives in an environment of its own, with TensorFlow 2.15 and Keras 2, whose
Python `$CARTOONGAN_ADDONS` names. `make test-addons` sets both up.
"""

import os
import pathlib
import subprocess

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.nn import layers

PYTHON = os.environ.get("CARTOONGAN_ADDONS")
SCRIPT = pathlib.Path(__file__).with_name("addons_reference.py")

pytestmark = pytest.mark.skipif(
    not PYTHON, reason="needs an environment of its own: make test-addons"
)


@pytest.fixture(scope="module")
def request_arrays():
    random = np.random.default_rng(0)
    shape = (2, 12, 10, 5)
    return {
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
