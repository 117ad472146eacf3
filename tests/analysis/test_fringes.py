import cv2
import numpy as np
import pytest

from cartoongan_tf.analysis import fringes
from cartoongan_tf.analysis import structure


@pytest.fixture
def photo():
    """Gray beside black, and a red area far away from both."""
    photo = np.full((48, 96, 3), 170, "uint8")
    photo[:, 40:80] = 30
    photo[:, 80:] = (150, 40, 40)
    return photo


@pytest.fixture
def before(photo):
    found = structure.find_structure(photo)
    # The contour of the gray and the black area alone.
    return found._replace(strong=found.strong & (np.arange(96) < 60))


def chroma(color):
    pixel = np.array([[color]], "uint8")
    lab = cv2.cvtColor(pixel, cv2.COLOR_RGB2LAB)[0, 0, 1:].astype(int)
    return np.abs(lab - 128).max()


def test_the_photo_itself_and_gray_contours_have_no_fringe(photo, before):
    assert fringes.fringe(before, photo) == 0
    inked = photo.copy()
    inked[:, 36:44] = 0
    assert fringes.fringe(before, inked) == 0


@pytest.mark.parametrize("color", [(170, 200, 140), (140, 170, 220)])
def test_a_colored_rim_is_a_fringe(photo, before, color):
    rim = photo.copy()
    rim[:, 41] = color
    # One of six columns: 2 of the step, and 2 on either side of it.
    expected = chroma(color) / 6
    assert fringes.fringe(before, rim) == pytest.approx(expected)


def test_colors_away_from_contours_are_no_fringe(photo, before):
    rim = photo.copy()
    rim[:, 44] = (140, 220, 140)
    assert fringes.fringe(before, rim) == 0


def test_a_color_from_nearby_may_come_to_a_contour(photo, before):
    # Four pixels from the rim is where it comes from.
    photo[:, 45] = (140, 220, 140)
    rim = before.photo.copy()
    rim[:, 41] = (140, 220, 140)
    assert fringes.fringe(before._replace(photo=photo), rim) == 0
    photo[:, 45], photo[:, 46] = photo[:, 44], photo[:, 45].copy()
    assert fringes.fringe(before._replace(photo=photo), rim) > 0


def test_less_color_than_the_photo_is_no_fringe(photo, before):
    """Nor does it make up for a fringe elsewhere."""
    colored = photo.copy()
    colored[:, 39], colored[:, 42] = (140, 220, 140), (220, 140, 220)
    assert fringes.fringe(before._replace(photo=colored), photo) == 0


def test_without_contours_there_is_no_fringe(photo, before):
    nowhere = before._replace(strong=np.zeros((48, 96), bool))
    assert fringes.fringe(nowhere, 255 - photo) == 0
