import numpy as np
import pytest

from cartoongan_tf.analysis import letterbox


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
    found = letterbox.find_bars(picture)
    assert found == letterbox.Bars(*sides)
    np.testing.assert_array_equal(letterbox.cut_bars(picture, found), scene)


def test_a_dark_sky_is_not_a_bar(scene):
    assert letterbox.find_bars(framed(scene, 20, 0, 0, 0)) == letterbox.Bars()


def test_a_black_picture_has_no_bars():
    black = np.zeros((20, 30, 3), "uint8")
    assert letterbox.find_bars(black) == letterbox.Bars()


def test_a_few_bright_pixels_do_not_hide_a_bar(scene):
    picture = framed(scene, 8, 8, 0, 0)
    picture[3, 50] = 200
    assert letterbox.find_bars(picture).top == 8


def test_the_bars_of_a_video_are_the_most_common_ones():
    found = [letterbox.Bars(8, 8)] * 3 + [
        letterbox.Bars(),
        letterbox.Bars(15, 20),
    ]
    assert letterbox.common_bars(found) == letterbox.Bars(
        10, 10
    )  # And a soft rim.
    found = [letterbox.Bars(8, 8, 3, 3)] * 2 + [letterbox.Bars(9, 8, 3, 3)]
    assert letterbox.common_bars(found) == letterbox.Bars(10, 10, 5, 5)
    assert letterbox.common_bars([letterbox.Bars()]) == letterbox.Bars()
    assert letterbox.common_bars([]) == letterbox.Bars()


def test_a_full_frame_picture_is_not_cropped(scene):
    sides = letterbox.Bars(8, 8, 5, 5)
    assert letterbox.drop_lit_bars(scene, sides) == letterbox.Bars()
    assert letterbox.drop_lit_bars(framed(scene, *sides), sides) == sides
    wide = framed(scene, 8, 8, 0, 0)
    assert letterbox.drop_lit_bars(wide, sides) == letterbox.Bars(8, 8, 0, 0)


def test_subtitles_do_not_hide_a_bar(scene):
    sides = letterbox.Bars(20, 20, 0, 0)
    picture = framed(scene, *sides)
    picture[-12:-8, 30:70] = 255
    assert letterbox.drop_lit_bars(picture, sides) == sides
