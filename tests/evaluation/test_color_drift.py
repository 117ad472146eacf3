import cv2
import numpy as np
import pytest
import skimage.color

from cartoongan_tf.evaluation import color_drift


@pytest.fixture
def photo(random):
    """Smooth and colorful, 48 x 80."""
    small = random.integers(0, 256, (6, 10, 3), "uint8")
    return cv2.resize(small, (80, 48), interpolation=cv2.INTER_CUBIC)


def flat(*color):
    return np.full((48, 80, 3), color, "uint8")


def test_a_picture_has_not_drifted_from_itself(photo):
    drift = color_drift.compare(photo, photo)
    assert drift.distance == 0
    assert drift.turned == 0
    assert drift.colored > 100


def test_distance_is_that_of_cie_lab():
    colors = (200, 60, 50), (90, 120, 160)
    labs = [skimage.color.rgb2lab(np.array(c) / 255) for c in colors]
    drift = color_drift.compare(*(flat(*color) for color in colors))
    expected = np.linalg.norm(labs[0] - labs[1])
    assert drift.distance == pytest.approx(expected, rel=0.01)


def test_black_and_white_are_a_hundred_apart():
    drift = color_drift.compare(flat(0, 0, 0), flat(255, 255, 255))
    assert drift.distance == pytest.approx(100, abs=0.1)
    assert drift.colored == 0


def test_distance_is_a_mean_over_the_picture(photo):
    half = photo.copy()
    half[:, :40] = 0
    whole = color_drift.compare(photo, np.zeros_like(photo)).distance
    left = np.zeros_like(photo)
    left[:, 40:] = photo[:, 40:]
    right = np.zeros_like(photo)
    right[:, :40] = photo[:, :40]
    parts = [color_drift.compare(photo, p).distance for p in (left, right)]
    assert sum(parts) == pytest.approx(whole, rel=1e-3)


def test_texture_inside_a_cell_is_not_drift():
    stripes = flat(100, 100, 100)
    stripes[:, ::2] = 103
    swapped = stripes[:, ::-1]
    assert (stripes != swapped).any()
    assert color_drift.compare(stripes, swapped).distance < 0.3


def test_swapped_channels_turn_hues():
    red, blue = flat(200, 40, 40), flat(40, 40, 200)
    assert color_drift.compare(red, blue)[1:] == (256, 256)
    assert color_drift.compare(red, red // 2 + 20)[1:] == (256, 0)
    orange, yellow = flat(200, 120, 40), flat(200, 200, 40)
    assert color_drift.compare(red, orange)[1:] == (256, 0)
    assert color_drift.compare(red, yellow)[1:] == (256, 256)


def test_only_clearly_colored_cells_have_a_hue():
    red, gray, pale = flat(200, 40, 40), flat(99, 99, 99), flat(96, 99, 103)
    assert color_drift.compare(gray, red)[1:] == (0, 0)
    assert color_drift.compare(pale, red)[1:] == (0, 0)
    assert color_drift.compare(red, gray)[1:] == (256, 0)
    assert color_drift.compare(red, pale)[1:] == (256, 0)
