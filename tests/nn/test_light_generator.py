import keras
import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.export.litert import conversion
from cartoongan_tf.inference import loading
from cartoongan_tf.nn import light_generator
from cartoongan_tf.nn import networks

RADIUS = 50  # pixels, with 8 blocks


def draw_weights(network, deviation=0.1):
    """Weights that leave no layer at zero, biases included."""
    random = np.random.default_rng(0)
    for weight in network.trainable_weights:
        weight.assign(random.normal(0, deviation, weight.shape))


@pytest.fixture
def generator():
    """A tiny generator whose blocks are not the identity any more."""
    network = light_generator.LightGenerator(filters=4, blocks=2)
    draw_weights(network)
    return network


def photos(random, height=16, width=24):
    return random.uniform(-1, 1, (2, height, width, 3)).astype("float32")


def test_it_is_light():
    network = light_generator.LightGenerator()
    assert network.count_params() <= 1_000_000
    assert network.count_params() < networks.Generator().count_params() / 15


@pytest.mark.parametrize(
    "sides", [(16, 16), (17, 23), (18, 33), (19, 30), (255, 21)]
)
def test_cartoons_have_the_size_of_their_photos(generator, random, sides):
    assert generator(photos(random, *sides)).shape == (2, *sides, 3)


def test_small_pictures_are_refused(generator):
    with pytest.raises(ValueError, match="at least 16 pixels a side"):
        generator(np.zeros((1, 24, 15, 3)))


def test_cartoons_stay_in_range(generator, random):
    assert np.abs(generator(100 * photos(random))).max() <= 1


def test_a_graph_of_any_size_agrees_with_eager(generator, random):
    signature = [tf.TensorSpec((None, None, None, 3), tf.float32)]
    graph = tf.function(generator, input_signature=signature)
    odd = photos(random, 17, 22)
    np.testing.assert_allclose(graph(odd), generator(odd), atol=1e-5)


def test_a_color_cast_is_seen(random):
    """From the first step on: unlike the paper's generator."""
    keras.utils.set_random_seed(0)
    generator = light_generator.LightGenerator(filters=8, blocks=1)
    images = 0.5 * photos(random)
    cast = np.array([0.3, -0.2, 0.1], "float32")
    means = [
        np.mean(generator(batch), axis=(0, 1, 2))
        for batch in (images, images + cast)
    ]
    # A thousand times what the paper's generator makes of it at most.
    assert np.abs(means[1] - means[0]).max() > 1e-3


def test_a_photo_does_not_depend_on_those_beside_it(generator, random):
    images = photos(random)
    np.testing.assert_allclose(
        generator(images)[:1], generator(images[:1]), atol=1e-6
    )


def test_a_pixel_depends_only_on_those_near_it():
    """The bound of the module's docstring: it holds, and is the least.

    With positive weights no dependency cancels out.
    """
    generator = light_generator.LightGenerator(filters=2)
    for weight in generator.trainable_weights:
        share = 0.0 if len(weight.shape) == 1 else 1 / np.prod(weight.shape[:3])
        weight.assign(np.full(weight.shape, share))
    image = tf.zeros((1, 120, 112, 3))
    farthest = 0
    for place in range(56, 60):  # A quarter of the size has four phases.
        with tf.GradientTape() as tape:
            tape.watch(image)
            pixel = generator(image)[0, place, place, 0]
        gradient = np.abs(tape.gradient(pixel, image)[0]).sum(axis=-1)
        distances = np.abs(np.argwhere(gradient) - place)
        farthest = max(farthest, distances.max())
    assert farthest == RADIUS
    assert f"radius is {RADIUS} pixels" in " ".join(
        light_generator.__doc__.split()
    )


def test_a_change_far_away_changes_not_a_bit(random):
    generator = light_generator.LightGenerator(filters=4)
    draw_weights(generator)
    image = photos(random, 32, 96)
    changed = image.copy()
    changed[:, :, 80:] *= -1
    before, after = (np.asarray(generator(i)) for i in (image, changed))
    left = 80 - RADIUS
    np.testing.assert_allclose(after[:, :, :left], before[:, :, :left], 0, 1e-6)
    assert np.abs(after[:, :, 80:] - before[:, :, 80:]).mean() > 1e-3


@pytest.mark.parametrize("sides", [(32, 48), (33, 46), (35, 51)])
def test_there_is_no_frame(generator, sides):
    """The cartoon of a one-color photo has one color up to the border."""
    flat = np.full((1, *sides, 3), [0.4, -0.3, 0.1], "float32")
    cartoon = np.asarray(generator(flat))
    assert np.ptp(cartoon, axis=(0, 1, 2)) == pytest.approx(0, abs=1e-5)
    assert np.abs(cartoon).max() > 0.01


def test_blocks_begin_as_the_identity(random):
    inputs = random.normal(size=(2, 6, 8, 5)).astype("float32")
    block = light_generator.BottleneckBlock(3)
    np.testing.assert_array_equal(block(inputs), inputs)
    draw_weights(block)
    assert np.abs(block(inputs) - inputs).mean() > 1e-3


def test_blocks_learn_at_the_first_step_though_they_are_the_identity(random):
    block = light_generator.BottleneckBlock(3)
    inputs = random.normal(size=(2, 6, 8, 5)).astype("float32")
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(block(inputs) ** 2)
    assert np.any(tape.gradient(loss, block.trainable_weights[-2]))


def test_every_weight_counts(generator, random):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(generator(photos(random)) ** 2)
    gradients = tape.gradient(loss, generator.trainable_weights)
    assert all(np.any(gradient) for gradient in gradients)


def test_numbers_stay_in_bounds_at_the_beginning(random):
    """The range is close to the photo's: neither gray nor saturated."""
    keras.utils.set_random_seed(0)
    generator = light_generator.LightGenerator()
    assert 0.02 < np.std(generator(photos(random, 64, 64))) < 0.9


def test_a_saved_generator_is_the_same(generator, random, tmp_path):
    generator.save(tmp_path / "generator.keras")
    loaded = loading.load_generator(tmp_path, "model")
    assert loaded.get_config() == generator.get_config()
    images = photos(random)
    np.testing.assert_array_equal(loaded(images), generator(images))


def test_a_block_comes_back_from_its_config():
    block = light_generator.BottleneckBlock(3)
    again = light_generator.BottleneckBlock.from_config(block.get_config())
    assert again.get_config() == block.get_config()


def test_litert_takes_any_size_with_builtin_operators(
    generator, random, tmp_path
):
    path = tmp_path / "any.tflite"
    path.write_bytes(conversion.convert(generator, [None], "float32"))
    cartoonize = loading.open_model(path, "model")
    for sides in ((17, 23), (32, 20), (45, 46)):
        picture = random.integers(0, 256, (*sides, 3), "uint8")
        expected = generator(picture[None] / np.float32(127.5) - 1)[0]
        pixels = np.round((np.asarray(expected) + 1) * 127.5)
        cartoon = cartoonize(picture)
        assert cartoon.shape == picture.shape
        assert np.abs(cartoon - pixels).max() <= 1
        assert pixels.std() > 1
