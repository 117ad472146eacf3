import numpy as np
import pytest

from cartoongan_tf.filters import inking
from cartoongan_tf.filters import l0_smoothing
from cartoongan_tf.losses import objective


@pytest.fixture
def halves():
    """Dark on the left, bright on the right."""
    images = np.full((1, 24, 32, 3), -0.2, "float32")
    images[:, :, 16:] = 0.8
    return images


def inked(images):
    return np.asarray(inking.ink(images))


def test_a_contour_gets_a_dark_line_on_its_darker_side(halves):
    row = inked(halves)[0, 12, :, 0]
    np.testing.assert_allclose(row[12:16], -0.85, atol=0.05)
    np.testing.assert_allclose(row[:11], -0.2, atol=1e-2)
    np.testing.assert_allclose(row[20:], 0.8, atol=1e-2)


def test_flat_areas_and_texture_get_no_line(random):
    flat = np.full((1, 24, 32, 3), 0.3, "float32")
    np.testing.assert_allclose(inked(flat), flat, atol=1e-5)
    texture = flat + random.uniform(-0.05, 0.05, flat.shape).astype("float32")
    patches = np.asarray(l0_smoothing.smooth(texture))
    np.testing.assert_allclose(inked(texture), patches, atol=1e-5)
    assert patches.std() < 0.3 * texture.std()


def test_lines_do_not_depend_on_the_direction(halves):
    turned = halves.transpose(0, 2, 1, 3)
    np.testing.assert_allclose(
        inked(turned), inked(halves).transpose(0, 2, 1, 3), atol=1e-5
    )


def test_content_is_that_of_the_inked_photo_if_asked_for(halves):
    aim = objective.Objective(lambda x: x, 1.0, content_target="inked")
    found = aim.restraints(halves, halves)
    assert found.keys() == {"content"}
    expected = np.abs(inked(halves) - halves).mean()
    assert float(found["content"]) == pytest.approx(expected, rel=1e-4)
    assert float(aim.restraints(halves, inked(halves))["content"]) < 1e-6
