import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.core import errors
from cartoongan_tf.inference import loading
from cartoongan_tf.losses import losses
from cartoongan_tf.nn import feature_discriminator

CHANNELS = (5, 7, 9)
SIDES = ((12, 16), (6, 8), (3, 4))


@pytest.fixture
def network():
    keras.utils.set_random_seed(0)
    return feature_discriminator.FeatureDiscriminator(CHANNELS, filters=6)


@pytest.fixture
def maps(random):
    return draw_maps(random)


def draw_maps(random, mean=0.0):
    return [
        random.normal(mean, 2, (2, *sides, count)).astype("float32")
        for sides, count in zip(SIDES, CHANNELS, strict=True)
    ]


def largest_singular_value(kernel):
    matrix = np.asarray(kernel, "float64").reshape(-1, kernel.shape[-1])
    return np.linalg.svd(matrix, compute_uv=False)[0]


def kernels(network):
    return [w for w in network.trainable_weights if len(w.shape) == 4]


@pytest.mark.parametrize("wrap", [lambda f: f, tf.function])
@pytest.mark.parametrize(
    "shape",
    [
        (1, 1, 512, 64),
        (1, 1, 256, 64),
        (3, 3, 64, 64),
        (1, 1, 64, 1),
        (3, 3, 5, 7),
        (1, 1, 8, 64),
    ],
)
def test_a_kernel_has_a_largest_singular_value_of_one(random, shape, wrap):
    constraint = wrap(feature_discriminator.UnitSpectralNorm())
    for scale in (1e-4, 1.0, 1e4):
        kernel = (scale * random.normal(size=shape)).astype("float32")
        constrained = np.asarray(constraint(tf.constant(kernel)))
        norm = largest_singular_value(constrained)
        assert norm == pytest.approx(1, abs=0.01)
        ratio = constrained / kernel
        np.testing.assert_allclose(ratio, ratio.ravel()[0], rtol=1e-4)


def test_equal_singular_values_are_one(random):
    """No direction is the strongest."""
    constraint = feature_discriminator.UnitSpectralNorm()
    square, _ = np.linalg.qr(random.normal(size=(16, 16)))
    kernel = 3 * square.reshape(1, 1, 16, 16).astype("float32")
    constrained = np.asarray(constraint(kernel))
    np.testing.assert_allclose(constrained, kernel / 3, rtol=1e-3, atol=1e-5)


def test_a_zero_kernel_stays_zero():
    zeros = np.zeros((3, 3, 4, 5), "float32")
    constrained = feature_discriminator.UnitSpectralNorm()(zeros)
    np.testing.assert_array_equal(constrained, zeros)


def test_kernels_have_norm_one_initially_and_after_steps(network, maps):
    optimizer = keras.optimizers.Adam(0.05)
    born = [k.numpy().copy() for k in kernels(network)]
    for _ in range(3):
        with tf.GradientTape() as tape:
            loss = losses.feature_generator_loss(network(maps))
        gradients = tape.gradient(loss, network.trainable_weights)
        for kernel in kernels(network):
            norm = largest_singular_value(kernel.numpy())
            assert norm == pytest.approx(1, abs=0.01)
        optimizer.apply(gradients, network.trainable_weights)
    assert len(born) == 9
    for old, kernel in zip(born, kernels(network), strict=True):
        norm = largest_singular_value(kernel.numpy())
        assert norm == pytest.approx(1, abs=0.01)
        assert not np.allclose(old, kernel.numpy(), atol=1e-3)


def test_logits_have_a_receptive_field_of_3x3(network, maps):
    logits = network(maps)
    assert [tuple(one.shape) for one in logits] == [
        (2, 10, 14, 1),
        (2, 4, 6, 1),
        (2, 1, 2, 1),
    ]
    for head, one, shape in zip(network.heads, maps, logits, strict=True):
        assert head.compute_output_shape(one.shape) == tuple(shape.shape)


def test_each_head_uses_its_own_map(network, maps):
    before = network(maps)
    after = network([maps[0], 2 * maps[1], maps[2]])
    np.testing.assert_array_equal(before[0], after[0])
    np.testing.assert_array_equal(before[2], after[2])
    assert not np.array_equal(before[1], after[1])


def test_missing_maps_are_errors(network, maps):
    with pytest.raises(ValueError, match="shorter"):
        network.call(maps[:2])


def test_heads_are_lipschitz(network, random):
    """Kernels have norm one, and activations slopes of at most one.

    A kernel of 3x3 pixels sees a pixel nine times: three times the norm.
    """
    maps, others = draw_maps(random), draw_maps(random)
    pairs = zip(network(maps), network(others), maps, others, strict=True)
    for logits, other_logits, one, other in pairs:
        change = np.linalg.norm(np.ravel(logits - other_logits))
        assert change <= 3.03 * np.linalg.norm(np.ravel(one - other))


def test_a_new_discriminator_is_not_adapted(network):
    assert not network.is_adapted
    for head in network.heads:
        np.testing.assert_array_equal(head.mean, 0)
        np.testing.assert_array_equal(head.deviation, 1)


def test_adapt_sets_mean_and_deviation_of_all_maps(network, random):
    batches = [draw_maps(random, mean) for mean in (1.0, 3.0, -5.0)]
    network.adapt(iter(batches))
    assert network.is_adapted
    for number, head in enumerate(network.heads):
        rows = np.concatenate(
            [b[number].reshape(-1, CHANNELS[number]) for b in batches]
        ).astype("float64")
        np.testing.assert_allclose(head.mean, rows.mean(0), rtol=1e-4)
        np.testing.assert_allclose(
            head.deviation, rows.std(0) + 1e-3, rtol=1e-4
        )


def test_adapted_heads_normalize_their_maps(network, random):
    maps = draw_maps(random, 4.0)
    expected = network([(one - 4) / 2 for one in maps])
    for head in network.heads:
        head.mean.assign(4 + 0 * head.mean)
        head.deviation.assign(2 * head.deviation)
    for one, logits in zip(expected, network(maps), strict=True):
        np.testing.assert_allclose(logits, one, atol=1e-5)


def test_channels_that_are_always_zero_stay_finite(network, maps):
    maps = [one * (np.arange(one.shape[-1]) > 1) for one in maps]
    network.adapt([maps])
    for logits in network(maps):
        assert np.isfinite(logits).all()


def test_adapted_variables_are_not_trained(network):
    trained = {id(w) for w in network.trainable_weights}
    for head in network.heads:
        assert not trained & {id(head.mean), id(head.deviation)}
    assert len(network.non_trainable_weights) == 6


def test_a_saved_discriminator_stays_adapted(network, maps, tmp_path):
    network.adapt([maps])
    path = tmp_path / "feature_discriminator.keras"
    network.save(path)
    loaded = loading.load_network(path, (type(network),), "init_from")
    assert loaded.is_adapted
    assert loaded.get_config() == network.get_config()
    for one, other in zip(loaded.weights, network.weights, strict=True):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(loaded(maps), network(maps), strict=True):
        np.testing.assert_array_equal(one, other)
    constraints = [w.constraint for w in kernels(loaded)]
    kind = feature_discriminator.UnitSpectralNorm
    assert all(isinstance(one, kind) for one in constraints)


def test_a_saved_discriminator_stays_unadapted(network, tmp_path):
    network.save(tmp_path / "new.keras")
    loaded = keras.saving.load_model(tmp_path / "new.keras")
    assert not loaded.is_adapted


def test_another_network_is_refused(discriminator, network, tmp_path):
    discriminator.save(tmp_path / "patch.keras")
    with pytest.raises(errors.InputError, match="init_from"):
        loading.load_network(
            tmp_path / "patch.keras", (type(network),), "init_from"
        )


def test_a_head_is_rebuilt_from_its_config():
    head = feature_discriminator.FeatureHead(3)
    again = feature_discriminator.FeatureHead.from_config(head.get_config())
    assert again.get_config() == head.get_config()


def test_it_learns_to_recognize_crisp_cartoons(network, random):
    """Real maps are larger: after some steps they have the larger logits."""
    keras.utils.set_random_seed(0)
    optimizer = keras.optimizers.Adam(0.02, 0.0, 0.99)
    optimizer.build(network.trainable_weights)

    @tf.function
    def step(real, smoothed, fake):
        with tf.GradientTape() as tape:
            loss = losses.feature_discriminator_loss(
                *map(network, (real, smoothed, fake))
            )
        gradients = tape.gradient(loss, network.trainable_weights)
        optimizer.apply(gradients, network.trainable_weights)
        return loss

    kinds = [draw_maps(random, mean) for mean in (1.0, 0.0, -1.0)]
    history = [float(step(*kinds)) for _ in range(60)]
    assert history[-1] < 0.7 * history[0]
    means = [np.mean(network(kind)[0]) for kind in kinds]
    assert means[0] > max(means[1:])
