import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.nn import networks


def photos(random, height=16, width=24):
    return random.uniform(-1, 1, (2, height, width, 3)).astype("float32")


def test_paper_size_generator_has_the_authors_parameters():
    assert networks.Generator().count_params() == 11_129_667


def test_paper_size_discriminator_has_the_authors_parameters():
    assert networks.Discriminator().count_params() == 1_129_665


@pytest.mark.parametrize(
    ("name", "filters"), [("cartoongan", 64), ("light", 32)]
)
def test_a_generator_has_its_own_width_by_default(name, filters):
    usual = networks.new_generator(name, None, 1)
    narrow = networks.new_generator(name, 4, 2)
    assert type(usual) is type(narrow) is networks.GENERATORS[name]
    assert (usual.filters, usual.blocks) == (filters, 1)
    assert (narrow.filters, narrow.blocks) == (4, 2)


def test_discriminator_gives_a_logit_per_patch(discriminator):
    assert discriminator(np.zeros((2, 256, 64, 3))).shape == (2, 64, 16, 1)


@pytest.mark.parametrize("sides", [(16, 24), (17, 19), (30, 33), (255, 18)])
def test_cartoons_have_the_size_of_their_photos(generator, random, sides):
    assert generator(photos(random, *sides)).shape == (2, *sides, 3)


def test_a_graph_of_any_size_agrees_with_eager(generator, random):
    signature = [tf.TensorSpec((None, None, None, 3), tf.float32)]
    graph = tf.function(generator, input_signature=signature)
    odd = photos(random, 17, 22)
    np.testing.assert_allclose(graph(odd), generator(odd), atol=1e-5)


def test_odd_sizes_stay_aligned(generator, random):
    """Cutting two rows and columns off barely moves the far corner."""
    even = photos(random, 64, 96)
    whole, cut = generator(even), generator(even[:, :63, :95])
    difference = np.abs(whole[:, :63, :95] - cut)
    shifted = np.abs(whole[:, 1:, 1:] - cut)
    assert difference.mean() < shifted.mean() / 4


def test_cartoons_stay_in_range(generator, random):
    cartoons = generator(100 * photos(random))
    assert np.abs(cartoons).max() <= 1


def test_small_pictures_are_refused(generator):
    with pytest.raises(ValueError, match="at least 16 pixels a side"):
        generator(np.zeros((1, 15, 24, 3)))


def test_equal_layers_have_different_initial_weights(generator):
    kernels = [w.numpy() for w in generator.weights if w.path.endswith("nel")]
    twins = [
        (a, b)
        for i, a in enumerate(kernels)
        for b in kernels[:i]
        if a.shape == b.shape
    ]
    assert twins
    assert not any(np.array_equal(a, b) for a, b in twins)


@pytest.mark.parametrize(
    "network",
    [
        networks.Generator(4, 2, epsilon=1e-9),
        networks.Discriminator(4, epsilon=1e-9),
    ],
    ids=["generator", "discriminator"],
)
def test_a_saved_network_is_the_same(network, random, tmp_path):
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert loaded.get_config() == network.get_config()
    images = photos(random)
    np.testing.assert_array_equal(loaded(images), network(images))


@pytest.mark.parametrize("policy", ["float16", "mixed_float16"])
@pytest.mark.parametrize("epsilon", [1e-5, 1e-9])
def test_constant_pictures_are_finite_in_half_precision(policy, epsilon):
    previous = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        generator = networks.Generator(4, 1, epsilon=epsilon)
    finally:
        keras.config.set_dtype_policy(previous)
    for value in (-1.0, 0.0, 0.3, 1.0):
        assert np.isfinite(generator(tf.fill((1, 16, 24, 3), value))).all()


def test_a_color_cast_is_invisible_to_the_generator(generator, random):
    """A fact of the paper's architecture (PyTorch's release has it too)."""
    cast = np.array([0.3, -0.2, 0.1], "float32")
    images = photos(random)
    np.testing.assert_allclose(
        generator(images + cast), generator(images), atol=1e-3
    )


def test_networks_learn_from_every_weight(generator, discriminator, random):
    images = photos(random)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(discriminator(generator(images)) ** 2)
    weights = generator.trainable_weights + discriminator.trainable_weights
    assert all(g is not None for g in tape.gradient(loss, weights))
