import numpy as np
import pytest

from cartoongan_tf.analysis import strokes
from cartoongan_tf.analysis import structure


@pytest.fixture
def wall():
    """A flat wall, with a dark door that has strong contours."""
    photo = np.full((64, 96, 3), 180, "uint8")
    photo[:, 70:] = 60
    return photo


def count(photo, cartoon):
    return strokes.count_strokes(structure.find_structure(photo), cartoon)


def test_the_photo_itself_has_no_stray_strokes_and_all_contours(wall):
    found = count(wall, wall)
    assert found.stray == 0
    assert found.kept == found.strong == 2 * 64
    assert found.flat == 64 * (60 + 16)


@pytest.mark.parametrize(("levels", "seen"), [(11, False), (13, True)])
def test_dashes_on_a_wall_are_stray(wall, levels, seen):
    dashed = wall.copy()
    dashed[20:22, 10:30] -= np.uint8(levels)
    found = count(wall, dashed)
    # All of the dash, and the rows above and below it, less their ends.
    assert found.stray == (2 * 20 + 2 * 18 if seen else 0)
    assert found.kept == found.strong


def test_strokes_beside_contours_are_not_stray(wall):
    thick = wall.copy()
    thick[:, 66:70] = 0
    assert count(wall, thick).stray == 0


def test_a_contour_that_fades_is_lost(wall):
    for levels, share in ((20, 0), (21, 1)):
        faded = np.full_like(wall, 100)
        faded[:, 70:] += np.uint8(levels)
        found = count(wall, faded)
        assert found.kept == share * found.strong


def test_a_contour_may_move_by_three_pixels(wall):
    # Two columns are steep on either side: one of them is a pixel nearer.
    for moved, kept in ((3, 128), (4, 64), (5, 0)):
        found = count(wall, np.roll(wall, moved, axis=1)[:, :96])
        assert found.kept >= kept
        shifted = np.full_like(wall, 180)
        shifted[:, 70 + moved :] = 60
        assert count(wall, shifted).kept == kept
