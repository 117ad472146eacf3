import numpy as np
import pytest

from cartoongan_tf.analysis import structure


@pytest.fixture
def make_step():
    """Makes gray pictures with one vertical step, at column 40."""

    def make_step(levels, channels=slice(None)):
        picture = np.full((48, 80, 3), 100, "uint8")
        picture[:, 40:, channels] += levels
        return picture

    return make_step


def test_a_sharp_step_of_n_levels_has_a_gradient_of_4_n(make_step):
    slopes = structure.gradient_magnitude(make_step(30))
    assert (slopes[:, 39:41] == 120).all()
    assert not slopes[:, :39].any()
    assert not slopes[:, 41:].any()


def test_the_gradient_is_the_maximum_of_the_channels(make_step):
    assert structure.gradient_magnitude(make_step(30, channels=2)).max() == 120


def test_steps_of_more_than_40_levels_are_strong(make_step):
    assert not structure.find_structure(make_step(40)).strong.any()
    strong = structure.find_structure(make_step(41)).strong
    assert strong[:, 39:41].all()
    assert strong.sum() == 2 * 48


def test_flat_areas_keep_a_margin_from_steps(make_step):
    flat = structure.find_structure(make_step(60)).flat
    # The blurred step is steep in columns 38 to 41, and 7 more are near.
    assert flat[:, :31].all()
    assert not flat[:, 31:49].any()
    assert flat[:, 49:].all()


def test_faint_steps_and_single_grains_are_flat(make_step):
    faint = make_step(8)
    faint[10, 10] += 20
    assert structure.find_structure(faint).flat.all()


def test_a_step_of_twelve_levels_is_not_flat(make_step):
    assert not structure.find_structure(make_step(12)).flat[:, 36].any()


def test_masks_are_dilated_by_a_square():
    mask = np.zeros((9, 11), bool)
    mask[4, 5] = True
    expected = np.zeros_like(mask)
    expected[2:7, 3:8] = True
    np.testing.assert_array_equal(structure.dilate(mask, 2), expected)
