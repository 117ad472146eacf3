import numpy as np
import pytest

from cartoongan_tf.analysis import tones


def test_black_and_white_halves_have_the_whole_range():
    picture = np.zeros((20, 30, 3), "uint8")
    picture[:, 15:] = 255
    assert tones.tones(picture) == pytest.approx((50, 0, 100), abs=0.01)


def test_lightness_is_that_of_cie_lab():
    # sRGB 119 is 18.4 % of the light, which is L 50.
    found = tones.tones(np.full((20, 30, 3), 119, "uint8"))
    assert found == pytest.approx((0, 50, 50), abs=0.2)


def test_single_pixels_do_not_affect_tones():
    picture = np.full((20, 50, 3), 119, "uint8")
    picture[0, :19] = 0
    picture[1, :19] = 255
    assert tones.tones(picture)[1:] == pytest.approx((50, 50), abs=0.2)
    picture[0, :21] = 0
    picture[1, :21] = 255
    assert tones.tones(picture)[1:] == pytest.approx((0, 100), abs=0.1)
