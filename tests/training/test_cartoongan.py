import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.core import choices
from cartoongan_tf.losses import losses
from cartoongan_tf.losses import objective
from cartoongan_tf.losses import perceptual_features
from cartoongan_tf.nn import networks
from cartoongan_tf.training import cartoongan
from cartoongan_tf.training import checkpoints
from cartoongan_tf.training import image_pool


@pytest.fixture
def make_gan():
    def make(
        seed=0,
        pool=4,
        adversarial_loss="lsgan",
        gradient_penalty_weight=0.0,
        ema=0.0,
        **changes,
    ):
        keras.utils.set_random_seed(seed)
        aim = {
            "features": perceptual_features.pyramid,
            "content_weight": 1e-3,
        } | changes
        gan = cartoongan.CartoonGAN(
            networks.Generator(4, 1),
            networks.Discriminator(4),
            objective.Objective(**aim),
            adversarial_loss=adversarial_loss,
            gradient_penalty_weight=gradient_penalty_weight,
            image_pool=image_pool.ImagePool(pool, 32) if pool else None,
        )
        gan.compile(
            keras.optimizers.Adam(1e-3, use_ema=ema > 0, ema_momentum=ema),
            keras.optimizers.Adam(1e-3),
        )
        return gan

    return make


def weights(network):
    return [w.numpy().copy() for w in network.trainable_weights]


def changed(network, before):
    now = weights(network)
    return [not np.array_equal(a, b) for a, b in zip(before, now, strict=True)]


def descend_with(gan, optimizer):
    optimizer.build(gan.generator.trainable_variables)
    gan.generator_optimizer = optimizer


def losses_of(gan, photos, generated):
    """The losses of the generator, each with its weight, by name."""
    logits = gan.discriminator(generated)
    found = {"adversarial": losses.generator_loss(logits)}
    found["content"] = 1e-3 * losses.content_loss(
        perceptual_features.pyramid(photos),
        perceptual_features.pyramid(generated),
    )
    found["color"] = 2.0 * losses.color_loss(photos, generated)
    found["variation"] = 0.5 * losses.variation_loss(generated)
    return found


@pytest.mark.parametrize("pool", [0, 4])
@pytest.mark.parametrize("variant", choices.ADVERSARIAL_LOSSES)
def test_a_step_moves_every_kernel_of_both_networks(
    make_gan, batch, pool, variant
):
    gan = make_gan(pool=pool, adversarial_loss=variant)
    for network in (gan.generator, gan.discriminator):
        kernels = [w.path.endswith("kernel") for w in network.trainable_weights]
        before = weights(network)
        gan.train_step(batch)
        moved = changed(network, before)
        assert all(m for m, k in zip(moved, kernels, strict=True) if k)


def test_a_step_reports_the_losses_of_its_batch(make_gan, batch):
    gan = make_gan(pool=0)
    photos, cartoons, smoothed = batch
    generated = gan.generator(photos)
    logits = [
        gan.discriminator(images) for images in (cartoons, smoothed, generated)
    ]
    content = losses.content_loss(
        perceptual_features.pyramid(photos),
        perceptual_features.pyramid(generated),
    )
    adversarial = losses.generator_loss(logits[2])
    expected = {
        "content_loss": content,
        "adversarial_loss": adversarial,
        "total_loss": adversarial + 1e-3 * content,
        "discriminator_loss": losses.discriminator_loss(*logits),
    }
    actual = gan.train_step(batch)
    norms = {"adversarial_grad_norm", "content_grad_norm"}
    assert actual.keys() == expected.keys() | norms
    for name, value in expected.items():
        assert float(actual[name]) == pytest.approx(float(value), rel=1e-4)


def test_gradient_norms_are_taken_at_the_generated_images(make_gan, batch):
    gan = make_gan(color_weight=2.0, variation_weight=0.5)
    with tf.GradientTape(persistent=True) as tape:
        generated = gan.generator(batch[0])
        tape.watch(generated)
        expected = losses_of(gan, batch[0], generated)
    report = gan.train_step(batch)
    assert len({name for name in report if name.endswith("_grad_norm")}) == 4
    for name, loss in expected.items():
        norm = np.linalg.norm(np.ravel(tape.gradient(loss, generated)))
        assert float(report[f"{name}_grad_norm"]) == pytest.approx(
            norm, rel=1e-3
        )
        assert norm > 0


def test_the_generator_descends_the_weighted_sum(make_gan, batch):
    gan = make_gan(color_weight=2.0, variation_weight=0.5)
    descend_with(gan, keras.optimizers.SGD(1.0))
    variables = gan.generator.trainable_variables
    with tf.GradientTape() as tape:
        generated = gan.generator(batch[0])
        total = sum(losses_of(gan, batch[0], generated).values())
    gradients = tape.gradient(total, variables)
    before = weights(gan.generator)
    report = gan.train_step(batch)
    assert float(report["total_loss"]) == pytest.approx(float(total), rel=1e-4)
    largest = max(np.abs(gradient).max() for gradient in gradients)
    moves = zip(before, weights(gan.generator), gradients, strict=True)
    for old, new, gradient in moves:
        np.testing.assert_allclose(
            old - new, gradient, rtol=1e-3, atol=1e-5 * max(1, largest)
        )


def test_warm_up_descends_the_weighted_sum_without_an_adversary(batch):
    keras.utils.set_random_seed(0)
    aim = objective.Objective(perceptual_features.pyramid, 1e-3, 2.0, 0.5)
    warm_up = cartoongan.WarmUp(networks.Generator(4, 1), aim)
    warm_up.compile(keras.optimizers.Adam(1e-3))
    report = {k: float(v) for k, v in warm_up.train_step(batch[0]).items()}
    names = ("content", "color", "variation")
    assert report.keys() == {
        "total_loss",
        *(f"{name}_loss" for name in names),
        *(f"{name}_grad_norm" for name in names),
    }
    assert report["total_loss"] == pytest.approx(
        1e-3 * report["content_loss"]
        + 2.0 * report["color_loss"]
        + 0.5 * report["variation_loss"]
    )


def test_without_ema_the_averaged_generator_has_the_current_weights(
    make_gan, batch
):
    gan = make_gan()
    for _ in range(2):
        assert_equal(
            gan.averaged_generator.get_weights(), gan.generator.get_weights()
        )
        gan.train_step(batch)


def test_the_moving_average_is_exponential(make_gan, batch):
    gan = make_gan(ema=0.9)
    average = gan.generator.get_weights()
    assert_equal(gan.averaged_generator.get_weights(), average)
    for step in range(3):
        gan.train_step(batch)
        newest = gan.generator.get_weights()
        keep = 0.9 if step else 0.0
        average = [
            keep * old + (1 - keep) * new
            for old, new in zip(average, newest, strict=True)
        ]
        actual = gan.averaged_generator.get_weights()
        for expected, array in zip(average, actual, strict=True):
            np.testing.assert_allclose(array, expected, atol=1e-6)
    assert not np.array_equal(actual[0], newest[0])


@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_the_averaged_generator_is_a_copy(make_gan, batch, ema):
    gan = make_gan(ema=ema)
    gan.train_step(batch)
    before = gan.generator.get_weights()
    shown = gan.averaged_generator
    assert shown.get_config() == gan.generator.get_config()
    kept = shown.get_weights()
    for weight in shown.weights:
        weight.assign(0 * weight)
    assert_equal(gan.generator.get_weights(), before)
    assert_equal(gan.averaged_generator.get_weights(), kept)


def assert_equal(arrays, others):
    for array, other in zip(arrays, others, strict=True):
        np.testing.assert_array_equal(array, other)


def test_smoothed_cartoons_teach_the_discriminator(make_gan, batch):
    """Swapping them with crisp ones gives other gradients, so other weights."""
    photos, cartoons, smoothed = batch
    right, wrong = make_gan(), make_gan()
    right.train_step((photos, cartoons, smoothed))
    wrong.train_step((photos, smoothed, cartoons))
    pairs = zip(
        weights(right.discriminator), weights(wrong.discriminator), strict=True
    )
    assert any(not np.allclose(a, b) for a, b in pairs)


def test_a_large_content_weight_drowns_the_adversarial_loss(make_gan, batch):
    """With the paper's literal 10 the discriminator makes no difference."""

    def direction(weight, seed):
        gan = make_gan(content_weight=weight, pool=0)
        keras.utils.set_random_seed(seed)
        gan.discriminator.set_weights(
            [
                np.random.normal(0, 0.1, w.shape)
                for w in gan.discriminator.weights
            ]
        )
        before = weights(gan.generator)
        descend_with(gan, keras.optimizers.SGD(1e-6))
        gan.train_step(batch)
        after = weights(gan.generator)
        step = np.concatenate(
            [(b - a).ravel() for a, b in zip(before, after, strict=True)]
        )
        return step / np.linalg.norm(step)

    literal = direction(10.0, 1) @ direction(10.0, 2)
    default = direction(1e-4, 1) @ direction(1e-4, 2)
    assert literal > 0.999
    assert default < 0.9


@pytest.mark.parametrize("ema", [0.0, 0.9])
def test_a_new_process_resumes_with_the_same_bits(
    make_gan, batch, tmp_path, ema
):
    old, new = make_gan(ema=ema), make_gan(seed=7, ema=ema)
    for _ in range(3):
        old.train_step(batch)
    checkpoints.save(old, tmp_path / "run.npz")
    assert checkpoints.restore(new, tmp_path / "run.npz") == 3
    old.train_step(batch)
    new.train_step(batch)
    assert_equal(new.state, old.state)
    assert_equal(
        new.averaged_generator.get_weights(),
        old.averaged_generator.get_weights(),
    )


def test_the_state_holds_every_variable_that_a_step_changes(make_gan, batch):
    gan = make_gan(ema=0.9)
    kept = {id(variable) for variable in gan.state}
    optimizers = (gan.generator_optimizer, gan.discriminator_optimizer)
    variables = [*gan.variables, *(v for o in optimizers for v in o.variables)]
    before = [v.numpy().copy() for v in variables]
    gan.train_step(batch)
    for variable, old in zip(variables, before, strict=True):
        if not np.array_equal(variable.numpy(), old):
            assert id(variable) in kept, variable.path


def test_a_step_in_a_graph_equals_an_eager_step(make_gan, batch):
    eager, traced = make_gan(), make_gan()
    traced_step = tf.function(traced.train_step)
    for _ in range(2):
        expected, actual = eager.train_step(batch), traced_step(batch)
    for name, value in expected.items():
        assert float(actual[name]) == pytest.approx(float(value), rel=1e-2)


def test_warm_up_lowers_the_content_loss(batch):
    keras.utils.set_random_seed(0)
    warm_up = cartoongan.WarmUp(
        networks.Generator(4, 1),
        objective.Objective(perceptual_features.pyramid, 1e-3),
    )
    warm_up.compile(keras.optimizers.Adam(1e-3))
    step = tf.function(warm_up.train_step)
    history = [float(step(batch[0])["content_loss"]) for _ in range(40)]
    assert history[-1] < 0.7 * history[0]
    assert int(warm_up.step) == 40


def test_feature_weights_stay_out_of_the_checkpoint(make_gan):
    """VGG19 comes as a function: a network behind it is not tracked."""
    network = keras.layers.Conv2D(64, 3)
    network.build((None, 32, 32, 3))
    gan = make_gan(features=lambda images: network(images))
    kept = {id(variable) for variable in gan.state}
    assert not kept & {id(variable) for variable in network.variables}


def test_the_gradient_penalty_is_the_mean_over_the_images(make_gan, batch):
    """Compared with differences: a step along the gradient, divided by it."""
    gan = make_gan()
    images = batch[0]
    penalty = float(gan._gradient_penalty(images))
    epsilon = 1e-3
    squares = []
    for image in images:
        with tf.GradientTape() as tape:
            tape.watch(image)
            judgement = tf.reduce_mean(gan.discriminator(image[None]))
        direction = tape.gradient(judgement, image)
        direction /= tf.norm(direction)
        ahead, behind = (
            tf.reduce_mean(gan.discriminator((image + sign * direction)[None]))
            for sign in (epsilon, -epsilon)
        )
        squares.append(float((ahead - behind) / (2 * epsilon)) ** 2)
    assert penalty == pytest.approx(np.mean(squares), rel=0.05)


def test_a_gradient_penalty_flattens_the_discriminator(make_gan, batch):
    def penalty_after(weight):
        gan = make_gan(pool=0, gradient_penalty_weight=weight)
        step = tf.function(gan.train_step)
        for _ in range(30):
            step(batch)
        mixed = tf.concat([batch[1], gan.generator(batch[0])], axis=0)
        return float(gan._gradient_penalty(mixed))

    assert penalty_after(100.0) < 0.3 * penalty_after(0.0)


def test_the_gradient_penalty_is_taken_at_cartoons_and_at_generated_images(
    make_gan, batch
):
    gan = make_gan(pool=0, gradient_penalty_weight=10.0)
    seen = []
    gan._gradient_penalty = lambda images: seen.append(images) or 0.0
    photos, cartoons, _ = batch
    generated = gan.generator(photos)
    gan.train_step(batch)
    np.testing.assert_array_equal(seen[0][0], cartoons[0])
    np.testing.assert_allclose(seen[0][1], generated[1], atol=1e-5)
