import numpy as np

from cartoongan_tf.filters import cel_shading

LEVELS = np.linspace(-1, 1, 7)


def posterized(images, skin=0.0):
    return np.asarray(cel_shading.posterize(images, np.full_like(images, skin)))


def shaded(row, skin=0.0):
    images = np.tile(np.float32(row)[None, None, :, None], (1, 24, 1, 1))
    return posterized(images, skin)[0, 12, :, 0]


def test_a_form_is_quantized_from_black_to_white():
    found = shaded(np.linspace(-1, 1, 72))
    nearest = np.abs(found[:, None] - LEVELS).min(1)
    assert (nearest < 1e-2).mean() > 0.8
    np.testing.assert_allclose(found[[2, -3]], [-1, 1], atol=1e-2)
    assert len(np.unique(found.round(1))) > 6


def test_steps_are_monotonic_and_close_to_the_luminance():
    row = np.linspace(-1, 1, 96)
    found = shaded(row)
    assert np.diff(found).min() > -1e-5
    assert np.abs(found - row).max() < 1 / 6 + 1e-5


def test_steps_are_softer_on_skin():
    row = np.linspace(-1, 1, 96)
    slopes = [np.diff(shaded(row, skin)).max() for skin in (0.0, 0.5, 1.0)]
    by_row = np.array(slopes) / (2 / 95)
    np.testing.assert_allclose(by_row, [8, 6, 4], rtol=0.15)


def test_an_even_sky_has_no_border():
    sky = np.linspace(-0.2, 0.6, 400)
    found = shaded(sky)
    slopes = np.diff(found) / np.diff(sky)
    assert slopes.max() < 2.5  # A full step would have 8.
    assert np.diff(shaded(np.linspace(-0.2, 0.6, 30))).max() > 0.1


def test_flat_areas_keep_their_luminance():
    for light in (-0.93, -0.1, 0.0, 0.2, 0.9):
        np.testing.assert_allclose(shaded(np.full(40, light)), light, atol=1e-6)


def test_a_background_has_no_rim_beside_an_edge():
    row = np.full(64, 0.56)  # Between two tones.
    row[32:] = -0.9
    row[30:34] = [0.4, 0.0, -0.4, -0.8]  # As soft as a lens makes it.
    found = shaded(row)
    np.testing.assert_allclose(found[:30], 0.56, atol=0.01)


def test_tones_are_few_again_away_from_an_edge():
    row = np.linspace(-1, 1, 96)
    expected = shaded(row)
    row[:16] = 0.9
    np.testing.assert_allclose(shaded(row)[40:], expected[40:], atol=1e-6)
    assert np.abs(expected - np.linspace(-1, 1, 96))[40:].max() > 0.1


def test_direction_does_not_matter():
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (1, 8, 9, 1)).astype("float32")
    images = images.repeat(4, 1).repeat(4, 2)
    np.testing.assert_allclose(
        posterized(images.transpose(0, 2, 1, 3)),
        posterized(images).transpose(0, 2, 1, 3),
        atol=1e-5,
    )
