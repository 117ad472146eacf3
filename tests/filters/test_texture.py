import numpy as np
import pytest

from cartoongan_tf.filters import texture


@pytest.fixture
def gravel(random):
    """Shades of gray, of two pixels by two."""
    shades = random.uniform(-0.4, 0.4, (1, 48, 48, 1)).repeat(2, 1).repeat(2, 2)
    return shades.repeat(3, 3).astype("float32")


def test_texture_becomes_one_tone(gravel):
    painted = np.asarray(texture.paint_over(gravel))
    assert painted.std() < 0.4 * gravel.std()
    assert painted.mean() == pytest.approx(gravel.mean(), abs=0.01)


def test_what_is_small_and_alone_stays_as_it_is():
    face = np.full((1, 96, 96, 3), 0.5, "float32")
    for column in (36, 54):  # Eyes, of nine pixels each.
        face[:, 40:49, column : column + 9] = -0.5
        face[:, 43:46, column + 3 : column + 6] = 0.9
    np.testing.assert_allclose(texture.paint_over(face), face, atol=1e-6)


def test_stripes_stay_as_they_are():
    stripes = np.full((1, 96, 96, 3), 0.5, "float32")
    stripes[:, :, ::4] = stripes[:, :, 1::4] = -0.5
    np.testing.assert_allclose(texture.paint_over(stripes), stripes, atol=1e-6)
