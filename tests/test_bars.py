import numpy as np
import pytest

from cartoongan_tf import bars


@pytest.fixture
def scene(random):
    return random.integers(40, 256, (60, 100, 3), "uint8")


def framed(scene, top, bottom, left, right):
    noise = np.random.default_rng(1)
    height, width = scene.shape[:2]
    size = (height + top + bottom, width + left + right, 3)
    picture = noise.integers(0, 9, size, "uint8")
    picture[top : top + height, left : left + width] = scene
    return picture


@pytest.mark.parametrize(
    "sides", [(8, 8, 0, 0), (0, 0, 5, 7), (6, 4, 3, 2), (0, 0, 0, 0)]
)
def test_noisy_bars_are_found_and_cut(scene, sides):
    picture = framed(scene, *sides)
    found = bars.find_bars(picture)
    assert found == bars.Bars(*sides)
    np.testing.assert_array_equal(bars.cut_bars(picture, found), scene)


def test_a_dark_sky_is_no_bar(scene):
    assert bars.find_bars(framed(scene, 20, 0, 0, 0)) == bars.Bars()


def test_a_black_picture_has_no_bars():
    black = np.zeros((20, 30, 3), "uint8")
    assert bars.find_bars(black) == bars.Bars()


def test_a_spark_does_not_hide_a_bar(scene):
    picture = framed(scene, 8, 8, 0, 0)
    picture[3, 50] = 200
    assert bars.find_bars(picture).top == 8
