import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.training import config
from cartoongan_tf.training import optimizers

FOLDERS = {"photo_dir": "p", "cartoon_dir": "c", "workdir": "w"}


def settings(**changes):
    return config.TrainConfig(**FOLDERS, **changes)


def test_defaults_are_linear_decay_and_the_authors_betas():
    plain = optimizers.adversarial(1e-3, settings(steps=10))
    assert (plain.beta_1, plain.beta_2) == (0.5, 0.999)
    other = optimizers.adversarial(1e-3, settings(), beta_1=0.0, beta_2=0.99)
    assert (other.beta_1, other.beta_2) == (0.0, 0.99)
    plain.iterations.assign(10)
    assert float(plain.learning_rate) == 0


def test_decay_starts_halfway_by_default():
    for start, rates in ((None, (1, 0.6, 0.2)), (7, (1, 1, 1 / 3))):
        adam = optimizers.adversarial(
            1.0, settings(steps=10, decay_start=start)
        )
        for step, rate in zip((5, 7, 9), rates, strict=True):
            adam.iterations.assign(step)
            assert float(adam.learning_rate) == pytest.approx(rate)


def test_the_pixel_warm_up_decays_the_rate_and_clips_gradients():
    """The paper's, by content, has its own."""
    by_content = settings(warmup_learning_rate=1e-3, warmup_steps=10)
    adam = optimizers.warm_up(by_content)
    assert float(adam.learning_rate) == pytest.approx(1e-3)
    assert (adam.global_clipnorm, adam.beta_2) == (None, 0.999)
    by_pixels = dataclasses.replace(by_content, warmup_loss="pixels")
    rates = []
    for step in (5, 8, 10):
        adam = optimizers.warm_up(by_pixels)
        adam.iterations.assign(step)
        rates.append(float(adam.learning_rate))
    np.testing.assert_allclose(rates, [1e-3, 4e-4, 0], rtol=1e-5, atol=1e-9)
    adam = optimizers.warm_up(by_pixels)
    assert adam.beta_2 == 0.99
    weight = keras.Variable(np.zeros(2, "float32"))
    adam.apply([tf.constant([30.0, 40.0])], [weight])
    first_moment = adam.variables[1].numpy()
    assert np.linalg.norm(first_moment) == pytest.approx(0.5)


def scaled_by_eight():
    adam = keras.optimizers.Adam(1.0)
    optimizer = optimizers.ReplicaLossScale(adam, initial_scale=8.0)
    weight = keras.Variable([0.0])
    optimizer.build([weight])
    return optimizer, weight


def test_norms_are_told_as_they_are_without_scaling():
    norms = {"generator": tf.constant(12.0), "other": tf.constant(np.inf)}
    optimizer, _ = scaled_by_eight()
    found = optimizers.unscaled(optimizer, norms)
    assert {name: float(norm) for name, norm in found.items()} == {
        "generator": 1.5,
        "other": 0.0,
    }
    assert optimizers.unscaled(keras.optimizers.Adam(), norms) is norms


def test_steps_that_are_left_out_count():
    optimizer, weight = scaled_by_eight()
    for number, gradient in enumerate([np.inf, 8.0, np.nan, 8.0]):
        assert int(optimizer.iterations) == number
        optimizer.apply([tf.constant([gradient])], [weight])
    assert np.isfinite(weight.numpy()).all()
    assert weight.numpy() < -1


def test_a_skipped_first_step_starts_the_moving_average():
    """Otherwise it would begin at zero, and take long to leave it."""
    weight = keras.Variable([4.0])
    optimizer = optimizers.ReplicaLossScale(
        keras.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.75),
        initial_scale=1.0,
    )
    optimizer.build([weight])
    for gradient in (np.inf, 2.0):  # Of a loss scaled by 1, then by 0.5.
        optimizer.apply([tf.constant([gradient])], [weight])
    optimizer.finalize_variable_values([weight])
    assert weight.numpy() == pytest.approx([0.75 * 4])


@pytest.mark.parametrize(
    ("precision", "dtype", "scales"),
    [
        ("none", "float16", False),
        ("all", "bfloat16", False),
        ("vgg19", "float16", True),
        ("all", "float16", True),
    ],
)
def test_float16_gradients_need_loss_scaling(precision, dtype, scales):
    told = settings(mixed_precision=precision, compute_dtype=dtype)
    by_pixels = dataclasses.replace(told, warmup_loss="pixels")
    of_all = (
        optimizers.warm_up(told),
        optimizers.warm_up(by_pixels),
        optimizers.adversarial(1e-3, told),
    )
    for optimizer in of_all:
        found = isinstance(optimizer, optimizers.ReplicaLossScale)
        assert found == scales
    if scales:
        assert of_all[1].inner_optimizer.global_clipnorm == 1
