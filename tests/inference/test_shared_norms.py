import keras
import numpy as np
import pytest

from cartoongan_tf.images import pictures
from cartoongan_tf.inference import shared_norms
from cartoongan_tf.nn import light_generator


@pytest.fixture
def norms(generator):
    return shared_norms.SharedNorms(generator)


def photos(random, *, count=1, height=24, width=36):
    return random.integers(0, 256, (count, height, width, 3), "uint8")


def whole(generator, batch):
    cartoons = generator(pictures.to_network(batch))
    return pictures.to_pixels(cartoons).numpy().astype(int)


def test_for_one_picture_they_equal_ordinary_norms(norms, generator, random):
    batch = photos(random)
    actual = norms(batch)[0].numpy()
    assert np.abs(actual - whole(generator, batch)).max() <= 1


def test_the_generator_itself_stays_as_it_is(generator, random):
    batch = photos(random, count=2)
    before = whole(generator, batch)
    shared_norms.SharedNorms(generator)(batch)
    np.testing.assert_array_equal(whole(generator, batch), before)


def test_pictures_of_a_batch_share_their_statistics(norms, random):
    bright = photos(random) // 2 + 128
    dark = photos(random) // 2
    used = [norms(batch)[1][0] for batch in (bright, dark)]
    mean, variance = norms(np.concatenate([bright, dark]))[1][0]
    assert mean.shape[:3] == variance.shape[:3] == (1, 1, 1)
    means = [np.asarray(mean) for mean, _ in used]
    assert np.abs(means[0] - means[1]).max() > 0.01
    np.testing.assert_allclose(mean, (means[0] + means[1]) / 2, atol=1e-5)


def test_the_first_norm_measures_the_first_convolution(
    norms, generator, random
):
    batch = photos(random, count=2)
    tensor = pictures.to_network(batch)
    for stage in generator.stages[:2]:  # Mirrored, convolved.
        tensor = stage(tensor)
    mean, variance = norms(batch)[1][0]
    tensor = np.asarray(tensor)
    expected = tensor.mean(axis=(0, 1, 2)), tensor.var(axis=(0, 1, 2))
    np.testing.assert_allclose(np.ravel(mean), expected[0], atol=1e-5)
    np.testing.assert_allclose(np.ravel(variance), expected[1], atol=1e-5)


def test_given_statistics_are_used_instead(norms, random):
    one, other = photos(random), photos(random) // 3
    statistics = norms(one)[1]
    cartoons, used = norms(other, statistics)
    for pair, expected in zip(used, statistics, strict=True):
        np.testing.assert_allclose(pair[0], expected[0], atol=1e-6)
        np.testing.assert_allclose(pair[1], expected[1], atol=1e-6)
    again, _ = norms(one, statistics)
    np.testing.assert_array_equal(again, norms(one)[0])
    assert np.abs(cartoons.numpy() - norms(other)[0].numpy().astype(int)).any()


def test_a_weight_mixes_past_and_present(norms, random):
    past = norms(photos(random))[1]
    batch = photos(random) // 2
    (first, _), *_ = norms(batch)[1]
    (mixed, _), *_ = norms(batch, past, 0.25)[1]
    expected = 0.25 * past[0][0] + 0.75 * first
    np.testing.assert_allclose(mixed, expected, atol=1e-5)


def test_a_network_without_norms_has_none(random):
    keras.utils.set_random_seed(0)
    light = light_generator.LightGenerator(filters=4, blocks=1)
    norms = shared_norms.SharedNorms(light)
    assert not norms.is_normed
    assert norms(photos(random))[1] == []
