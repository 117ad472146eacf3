"""`CartoonGAN` with a patch or a feature discriminator, or both."""

import dataclasses
import functools

import feature_maps
import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.losses import augmentation
from cartoongan_tf.losses import content_target
from cartoongan_tf.losses import losses
from cartoongan_tf.losses import objective
from cartoongan_tf.nn import feature_discriminator
from cartoongan_tf.nn import networks
from cartoongan_tf.training import cartoongan
from cartoongan_tf.training import checkpoints
from cartoongan_tf.training import image_pool

CHANNELS = (4, 5, 6)
KINDS = ("patch", "features", "both")
EVERYTHING = {
    "color_weight": 2.0,
    "luminance_weight": 3.0,
    "flat_weight": 1.5,
    "palette_weight": 2.5,
    "pixel_weight": 1.2,
    "variation_weight": 0.5,
    "patch_weight": 0.5,
    "feature_weight": 0.7,
    "target": content_target.ContentTarget("smoothed"),
    "people": 1,
    "people_content": 3.0,
}
PHOTO_TARGET = {"target": content_target.ContentTarget()}
VIEWS = augmentation.Augmentation(shift=6, gray_share=0.8)


@pytest.fixture
def make_gan():
    def make(
        kind="both",
        *,
        seed=0,
        pool=4,
        gradient_penalty_weight=0.0,
        ema=0.0,
        augmentations=VIEWS,
        **changes,
    ):
        keras.utils.set_random_seed(seed)
        patch = networks.Discriminator(4)
        feature = feature_discriminator.FeatureDiscriminator(CHANNELS, 4)
        aim = {"content_weight": 0.1} | EVERYTHING | changes
        gan = cartoongan.CartoonGAN(
            networks.Generator(4, 1),
            None if kind == "features" else patch,
            objective.Objective(feature_maps.make(CHANNELS), **aim),
            feature_discriminator=None if kind == "patch" else feature,
            gradient_penalty_weight=gradient_penalty_weight,
            image_pool=image_pool.ImagePool(pool, 32) if pool else None,
            augmentations=augmentations,
            seed=3,
        )
        gan.compile(
            keras.optimizers.Adam(1e-3, use_ema=ema > 0, ema_momentum=ema),
            keras.optimizers.Adam(1e-2, 0.0, 0.99),
        )
        return gan

    return make


def weights(network):
    return [w.numpy().copy() for w in network.trainable_weights]


def shown_by(gan):
    """Maps, and images as the discriminators see them, at the next step."""
    view = gan._random_view()
    return lambda images: (
        gan.objective.extract_features(images, view),
        view.desaturate(images),
    )


def total_of(gan, batch, generated):
    """The weighted sum that a step descends, term by term."""
    photos, cartoons, _ = batch
    aim, view = gan.objective, gan._random_view()
    terms = aim.reconstruction_terms(
        photos, generated, view=view, cartoons=cartoons
    )
    maps, tinted = shown_by(gan)(generated)
    if gan.discriminator:
        logits = gan.discriminator(tinted)
        terms["adversarial"] = losses.generator_loss(logits)
    if gan.feature_discriminator:
        logits = gan.feature_discriminator(maps)
        terms["feature_adversarial"] = losses.feature_generator_loss(logits)
    return sum(aim.weights[name] * term for name, term in terms.items())


@pytest.mark.parametrize("kind", KINDS)
def test_the_generator_descends_the_sum_of_all_weighted_losses(
    make_gan, batch, kind
):
    """Gradients that go back in groups are those of the weighted sum."""
    gan = make_gan(kind)
    optimizer = keras.optimizers.SGD(1.0)
    optimizer.build(gan.generator.trainable_variables)
    gan.generator_optimizer = optimizer
    with tf.GradientTape() as tape:
        total = total_of(gan, batch, gan.generator(batch[0]))
    expected = tape.gradient(total, gan.generator.trainable_variables)
    before = weights(gan.generator)
    report = gan.train_step(batch)
    assert float(report["total_loss"]) == pytest.approx(float(total), rel=1e-4)
    largest = max(np.abs(gradient).max() for gradient in expected)
    moves = zip(before, weights(gan.generator), expected, strict=True)
    for old, new, gradient in moves:
        np.testing.assert_allclose(
            old - new, gradient, rtol=1e-3, atol=1e-5 * max(1, largest)
        )


def test_losses_on_features_share_a_gradient_norm(make_gan, batch):
    """One norm for all that looks at VGG19's features; others their own."""
    gan = make_gan()
    report = gan.train_step(batch)
    norms = {
        n.removesuffix("_grad_norm") for n in report if n.endswith("_grad_norm")
    }
    alone = {"adversarial", "color", "luminance", "flat", "palette", "pixel"}
    assert norms == {"features", "variation", *alone}
    terms = {n.removesuffix("_loss") for n in report if n.endswith("_loss")}
    assert terms >= {"content", "people_content"}
    assert all(
        float(value) > 0 for n, value in report.items() if "grad_norm" in n
    )


def test_the_shared_gradient_norm_is_that_of_the_weighted_sum(make_gan, batch):
    none = dict.fromkeys(EVERYTHING, 0) | PHOTO_TARGET
    gan = make_gan("features", **(none | {"feature_weight": 0.7}))
    with tf.GradientTape() as tape:
        generated = gan.generator(batch[0])
        tape.watch(generated)
        total = total_of(gan, batch, generated)
    expected = np.linalg.norm(np.ravel(tape.gradient(total, generated)))
    report = gan.train_step(batch)
    assert report.keys() == {
        "content_loss",
        "feature_adversarial_loss",
        "total_loss",
        "features_grad_norm",
        "feature_discriminator_loss",
    }
    assert float(report["features_grad_norm"]) == pytest.approx(
        expected, rel=1e-3
    )


@pytest.mark.parametrize("name", ["generator", "generator alone"])
@pytest.mark.parametrize("kind", ["features", "both"])
def test_gradients_reach_every_weight_of_the_generator(
    make_gan, batch, kind, name
):
    """Those of discriminators alone as well."""
    none = dict.fromkeys(EVERYTHING, 0.0) | PHOTO_TARGET
    changes = {"patch_weight": 1.0, "feature_weight": 1.0}
    alone = none | changes | {"content_weight": 0.0}
    gan = make_gan(kind, **(alone if name.endswith("alone") else {}))
    # The light generator has no norms that would take biases away.
    gan.generator = networks.new_generator("light", 4, 1)
    for weight in gan.generator.trainable_weights:
        weight.assign(np.random.default_rng(0).normal(0, 0.1, weight.shape))
    with tf.GradientTape() as tape:
        total = total_of(gan, batch, gan.generator(batch[0]))
    gradients = tape.gradient(total, gan.generator.trainable_weights)
    assert all(np.any(gradient) for gradient in gradients)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kernel_of_each_discriminator_moves(make_gan, batch, kind):
    gan = make_gan(kind)
    present = [gan.discriminator, gan.feature_discriminator]
    assert [one is not None for one in present] == [
        kind != "features",
        kind != "patch",
    ]
    for network in filter(None, present):
        before = weights(network)
        gan.train_step(batch)
        kernels = [w.path.endswith("kernel") for w in network.trainable_weights]
        moved = [
            not np.array_equal(old, new)
            for old, new in zip(before, weights(network), strict=True)
        ]
        assert all(m for m, k in zip(moved, kernels, strict=True) if k)


def test_discriminators_learn_to_recognize_crisp_cartoons(make_gan, batch):
    """Their own loss falls where the generator stands still."""
    gan = make_gan(pool=0, augmentations=augmentation.Augmentation())
    still = keras.optimizers.SGD(0.0)
    still.build(gan.generator.trainable_variables)
    gan.generator_optimizer = still
    step = tf.function(gan.train_step)
    history = [step(batch) for _ in range(20)]
    for name in ("discriminator_loss", "feature_discriminator_loss"):
        assert float(history[-1][name]) < float(history[0][name]) - 0.05


def test_discriminator_losses_are_those_of_the_batch(make_gan, batch):
    gan = make_gan(pool=0)
    photos, cartoons, smoothed = batch
    shown = [
        shown_by(gan)(images)
        for images in (cartoons, smoothed, gan.generator(photos))
    ]
    of_maps = [gan.feature_discriminator(maps) for maps, _ in shown]
    of_patches = [gan.discriminator(tinted) for _, tinted in shown]
    report = gan.train_step(batch)
    expected = {
        "discriminator_loss": losses.discriminator_loss(*of_patches),
        "feature_discriminator_loss": losses.feature_discriminator_loss(
            *of_maps
        ),
        "feature_adversarial_loss": losses.feature_generator_loss(of_maps[2]),
        "adversarial_loss": losses.generator_loss(of_patches[2]),
    }
    for name, value in expected.items():
        assert float(report[name]) == pytest.approx(float(value), rel=1e-3)


def test_smoothed_cartoons_are_fakes_to_the_feature_discriminator(
    make_gan, random
):
    """After steps its logits of crisp ones are above those of smoothed ones.

    The two exchanged, it learns the opposite.
    """
    cells = random.uniform(-1, 1, (2, 4, 4, 3)).astype("float32")
    crisp = tf.constant(cells.repeat(8, axis=1).repeat(8, axis=2))
    kinds = crisp, 0.1 * crisp
    margins = []
    for real, fake in (kinds, kinds[::-1]):
        none = dict.fromkeys(EVERYTHING, 0.0) | PHOTO_TARGET
        none["feature_weight"] = 0.7
        gan = make_gan(
            "features", augmentations=augmentation.Augmentation(), **none
        )
        step = tf.function(gan.train_step)
        for _ in range(20):
            step((0 * crisp, real, fake))
        means = [
            np.mean([np.mean(one) for one in gan.feature_discriminator(maps)])
            for maps, _ in map(shown_by(gan), kinds)
        ]
        margins.append(means[0] - means[1])
    assert margins[0] > 0.02
    assert margins[1] < -0.02


def test_all_images_of_a_step_have_the_same_augmentation(make_gan, batch):
    gan = make_gan(pool=0, gradient_penalty_weight=1.0)
    shown = []
    maps, discriminate = gan.objective.features, gan.discriminator
    gan.objective = dataclasses.replace(
        gan.objective,
        features=lambda images: shown.append(images) or maps(images),
    )
    judged = []

    def watched(images, training):
        judged.append(images)
        return discriminate(images, training=training)

    object.__setattr__(gan, "discriminator", watched)
    view = gan._random_view()
    generated = gan.generator(batch[0])
    assert float(view.gray) > 0.05
    with pytest.raises(AttributeError, match="trainable_variables"):
        gan.train_step(batch)  # All is seen by then.
    of = [
        view.crop(view.desaturate(images)) for images in (generated, *batch[1:])
    ]
    assert len(shown) == 4  # The photos, smoothed, are the other.
    for expected in of:
        assert any(np.allclose(expected, one, atol=1e-4) for one in shown)
    tinted = [view.desaturate(images) for images in (generated, *batch[1:])]
    tinted.append(tf.concat([tinted[1][:1], tinted[0][1:]], axis=0))
    assert len(judged) == 4
    for expected in tinted:
        assert any(np.allclose(expected, one, atol=1e-4) for one in judged)


def test_augmentations_depend_on_the_step(make_gan):
    def views_of(gan):
        found = []
        for step in range(4):
            gan.generator_optimizer.iterations.assign(step)
            found.append([float(number) for number in gan._random_view()[1:]])
        return found

    gan = make_gan("features")
    one, other = views_of(gan), views_of(make_gan("features"))
    assert one == other
    assert len({tuple(view) for view in one}) == 4
    gan.seed = 4
    assert views_of(gan) != one


@pytest.mark.parametrize("kind", ["features", "both"])
def test_a_resumed_run_ends_with_the_same_bits(make_gan, batch, tmp_path, kind):
    """Two steps, a checkpoint, two more by another process: as four."""
    whole, first = make_gan(kind, ema=0.9), make_gan(kind, ema=0.9)
    second = make_gan(kind, ema=0.9, seed=7)
    if kind != "patch":  # Another process adapts, and then restores.
        for gan, scale in ((whole, 1), (first, 1), (second, 2)):
            maps = gan.objective.extract_features(
                scale * batch[1], augmentation.IDENTITY
            )
            gan.feature_discriminator.adapt([maps])
    reports = [whole.train_step(batch) for _ in range(4)]
    for _ in range(2):
        first.train_step(batch)
    checkpoints.save(first, tmp_path / "run.npz")
    assert checkpoints.restore(second, tmp_path / "run.npz") == 2
    again = [second.train_step(batch) for _ in range(2)]
    for report, other in zip(reports[2:], again, strict=True):
        assert report.keys() == other.keys()
        for name, value in report.items():
            assert float(value) == float(other[name]), name
    for one, other in zip(whole.state, second.state, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", ["features", "both"])
def test_the_state_holds_every_variable_that_a_step_changes(
    make_gan, batch, kind
):
    gan = make_gan(kind, ema=0.9)
    kept = {id(variable) for variable in gan.state}
    optimizers = (gan.generator_optimizer, gan.discriminator_optimizer)
    variables = [*gan.variables, *(v for o in optimizers for v in o.variables)]
    before = [v.numpy().copy() for v in variables]
    gan.train_step(batch)
    for variable, old in zip(variables, before, strict=True):
        if not np.array_equal(variable.numpy(), old):
            assert id(variable) in kept, variable.path


@pytest.mark.parametrize("kind", ["features", "both"])
def test_a_step_in_a_graph_equals_an_eager_step(make_gan, batch, kind):
    eager, traced = make_gan(kind), make_gan(kind)
    step = tf.function(traced.train_step)
    for _ in range(2):
        expected, actual = eager.train_step(batch), step(batch)
    assert expected.keys() == actual.keys()
    for name, value in expected.items():
        assert float(actual[name]) == pytest.approx(
            float(value), rel=2e-2, abs=1e-3
        ), name


def test_a_step_without_features_trains_all_but_the_feature_discriminator(
    make_gan, batch
):
    gan = make_gan()
    gan.objective = dataclasses.replace(gan.objective, features=None)
    gan.uses_features = False
    parts = gan.generator, gan.discriminator, gan.feature_discriminator
    before = [weights(part) for part in parts]
    report = gan.train_step(batch)
    by_features = {
        "content_loss",
        "people_content_loss",
        "feature_adversarial_loss",
        "feature_discriminator_loss",
        "features_grad_norm",
    }
    assert not by_features & report.keys()
    assert {"pixel_loss", "adversarial_loss", "discriminator_loss"} <= (
        report.keys()
    )
    # Their constraint rounds weights that do not move.
    moved = [
        not all(map(functools.partial(np.allclose, atol=1e-6), old, new))
        for old, new in zip(before, map(weights, parts), strict=True)
    ]
    assert moved == [True, True, False]


def test_every_second_step_uses_features(make_gan, batch):
    gan = make_gan()
    gan.features_every = 2
    traced = []

    def trace(uses_features):
        traced.append(uses_features)
        return tf.function(gan.train_step, autograph=False)

    step = gan.select_by_step(trace)
    reports = [step(batch) for _ in range(4)]
    used = ["content_loss" in report for report in reports]
    assert used == [True, False, True, False]
    assert traced == [True, False]


def test_only_the_patch_discriminator_has_a_gradient_penalty(make_gan, batch):
    report = make_gan("features", gradient_penalty_weight=10.0).train_step(
        batch
    )
    assert "discriminator_loss" not in report
    steep = make_gan("both", gradient_penalty_weight=0.0)
    flat = make_gan("both", gradient_penalty_weight=1e3)
    for gan in (steep, flat):
        gan.train_step(batch)
    pairs = [
        zip(weights(one), weights(other), strict=True)
        for one, other in (
            (steep.discriminator, flat.discriminator),
            (steep.feature_discriminator, flat.feature_discriminator),
        )
    ]
    same = [all(np.array_equal(a, b) for a, b in pair) for pair in pairs]
    assert same == [False, True]
