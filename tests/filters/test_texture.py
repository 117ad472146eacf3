import numpy as np
import pytest

from cartoongan_tf.filters import texture


@pytest.fixture
def gravel(random):
    """Shades of gray, of two pixels by two."""
    shades = random.uniform(-0.4, 0.4, (1, 48, 48, 1)).repeat(2, 1).repeat(2, 2)
    return shades.repeat(3, 3).astype("float32")


def test_gravel_is_texture(gravel):
    mask = np.asarray(texture.mask(gravel))
    assert mask.shape == (1, 96, 96, 1)
    assert mask.mean() > 0.9
    assert mask.min() >= 0
    assert mask.max() <= 1


def test_a_wall_beside_gravel_is_not_texture(gravel):
    gravel[:, :, 48:] = 0.5
    mask = np.asarray(texture.mask(gravel))[0, ..., 0]
    assert mask[:, :24].mean() > 0.9
    np.testing.assert_array_equal(mask[:, 72:], 0)


def test_isolated_details_are_not_texture():
    face = np.full((1, 96, 96, 3), 0.5, "float32")
    for column in (36, 54):  # Eyes, of nine pixels each.
        face[:, 40:49, column : column + 9] = -0.5
        face[:, 43:46, column + 3 : column + 6] = 0.9
    np.testing.assert_array_equal(texture.mask(face), 0)


def test_stripes_are_not_texture():
    stripes = np.full((1, 96, 96, 3), 0.5, "float32")
    stripes[:, :, ::4] = stripes[:, :, 1::4] = -0.5
    np.testing.assert_array_equal(texture.mask(stripes), 0)
