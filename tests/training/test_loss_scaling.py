"""Training in float16: small gradients are kept, too large ones left out."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.losses import objective
from cartoongan_tf.losses import perceptual_features
from cartoongan_tf.nn import networks
from cartoongan_tf.nn import precision
from cartoongan_tf.training import cartoongan
from cartoongan_tf.training import checkpoints
from cartoongan_tf.training import divergence_guard
from cartoongan_tf.training import optimizers

SMALL = 1e-7  # Such weights leave no gradient in float16.


@pytest.fixture
def make_gan():
    def make(policy, optimizer=lambda: keras.optimizers.SGD(1.0)):
        keras.utils.set_random_seed(3)
        both = (networks.Generator(4, 1), networks.Discriminator(4))
        gan = cartoongan.CartoonGAN(
            *(precision.copy_network(one, policy) for one in both),
            objective.Objective(
                perceptual_features.pyramid,
                content_weight=SMALL,
                color_weight=SMALL,
                patch_weight=SMALL,
            ),
            gradient_penalty_weight=1.0,
        )
        gan.compile(optimizer(), optimizer())
        return gan

    return make


def scaled():
    return optimizers.ReplicaLossScale(
        keras.optimizers.SGD(1.0), initial_scale=1024.0
    )


def weights_of(gan):
    both = (gan.generator, gan.discriminator)
    return [w.numpy().ravel() for one in both for w in one.trainable_weights]


def step_of(gan, batch):
    """Changes of the kernels in a step, and its reported losses."""
    before = weights_of(gan)
    report = gan.train_step(batch)
    moves = [
        now - then for now, then in zip(weights_of(gan), before, strict=True)
    ]
    return moves, report


def test_small_gradients_are_those_of_float32(make_gan, batch):
    wanted, reported = step_of(make_gan("float32"), batch)
    moves, report = step_of(make_gan("mixed_float16", scaled), batch)
    lost, _ = step_of(make_gan("mixed_float16"), batch)
    count = len(make_gan("float32").generator.trainable_weights)
    for part in (slice(count), slice(count, None)):
        found, expected = (np.concatenate(m[part]) for m in (moves, wanted))
        cosine = np.sum(found * expected)
        cosine /= np.linalg.norm(found) * np.linalg.norm(expected)
        assert cosine > 0.99
        assert np.linalg.norm(found) == pytest.approx(
            np.linalg.norm(expected), rel=0.05
        )
    norms = [np.linalg.norm(np.concatenate(m[:count])) for m in (lost, wanted)]
    assert norms[0] < 0.8 * norms[1]  # What scaling is for.
    for name in ("content_loss", "content_grad_norm", "discriminator_loss"):
        assert float(report[name]) == pytest.approx(
            float(reported[name]), rel=0.01
        )


def test_a_step_with_overflowing_gradients_is_skipped(make_gan, batch):
    gan = make_gan("mixed_float16", scaled)
    gan.generator_optimizer.dynamic_scale.assign(2.0**60)
    gan.discriminator_optimizer.dynamic_scale.assign(2.0**60)
    moves, report = step_of(gan, batch)
    assert not np.concatenate(moves).any()
    assert gan.loss_scales == [2.0**59, 2.0**59]
    assert int(gan.step) == 1  # As many as batches were seen.
    assert all(np.isfinite(value) for value in report.values())


def test_a_resumed_run_keeps_its_loss_scale(make_gan, batch, tmp_path):
    old, new = (make_gan("mixed_float16", scaled) for _ in range(2))
    for scale in (2.0**60, 64.0):
        old.generator_optimizer.dynamic_scale.assign(scale)
        old.train_step(batch)
    checkpoints.save(old, tmp_path / "run.npz")
    assert checkpoints.restore(new, tmp_path / "run.npz") == 2
    assert new.loss_scales == old.loss_scales
    old.train_step(batch)
    new.train_step(batch)
    for one, other in zip(new.state, old.state, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_scale_grows_while_gradients_are_finite():
    optimizer = optimizers.ReplicaLossScale(
        keras.optimizers.SGD(1.0), initial_scale=8.0, dynamic_growth_steps=2
    )
    weight = keras.Variable(np.zeros(2, "float32"))
    scales = []
    for _ in range(4):
        optimizer.apply([tf.constant([8.0, 16.0])], [weight])
        scales.append(float(optimizer.dynamic_scale))
    assert scales == [8, 16, 16, 32]
    np.testing.assert_array_equal(weight, [-3, -6])


def test_gradients_that_stay_non_finite_stop_the_run(make_gan, batch):
    gan = make_gan("mixed_float16", scaled)
    guard = divergence_guard.DivergenceGuard(gan.objective)
    guard.set_model(gan)
    finite = {"total_loss": 1.0}
    gan.generator_optimizer.dynamic_scale.assign(1.0)
    guard.on_train_batch_end(0, finite)
    nowhere = [
        tf.fill(v.shape, np.nan) for v in gan.generator.trainable_weights
    ]
    gan.generator_optimizer.apply(nowhere, gan.generator.trainable_weights)
    with pytest.raises(
        divergence_guard.Diverged, match="infinite or NaN at step 1"
    ):
        guard.on_train_batch_end(1, finite)
