import numpy as np
import pytest

from cartoongan_tf.images import transparency
from cartoongan_tf.inference import loading


def test_hidden_pixels_get_the_nearest_visible_color(random):
    colors = random.integers(0, 256, (12, 17, 3), "uint8")
    alpha = np.zeros((12, 17), np.uint8)
    spots = [(1, 2), (9, 4), (5, 14)]
    for spot in spots:
        alpha[spot] = 255
    covered = colors.copy()
    transparency.cover_hidden(covered, alpha)
    for row, column in np.ndindex(alpha.shape):
        away = sorted((np.hypot(row - y, column - x), (y, x)) for y, x in spots)
        if away[1][0] - away[0][0] > 1:  # OpenCV's distances are rounded.
            expected = colors[away[0][1]]
            np.testing.assert_array_equal(covered[row, column], expected)


def test_visible_pixels_are_unchanged(random):
    colors = random.integers(0, 256, (700, 17, 3), "uint8")
    alpha = random.integers(0, 256, (700, 17), "uint8")
    covered = colors.copy()
    transparency.cover_hidden(covered, alpha)
    visible = alpha >= 8
    np.testing.assert_array_equal(covered[visible], colors[visible])
    assert (covered[~visible] != colors[~visible]).any()


def test_almost_transparent_pixels_are_filled_too():
    colors = np.array([[[9, 9, 9], [200, 200, 200]]], np.uint8)
    transparency.cover_hidden(colors, np.array([[7, 255]], np.uint8))
    assert (colors == 200).all()


@pytest.mark.parametrize("first", [500, 515])
def test_strips_use_visible_pixels_beyond_their_borders(first):
    colors = np.zeros((1400, 20, 3), np.uint8)
    alpha = np.zeros((1400, 20), np.uint8)
    colors[first : first + 9], alpha[first : first + 9] = 77, 255
    transparency.cover_hidden(colors, alpha)
    assert (colors[400:630] == 77).all()  # The next strip begins at 512.
    assert (colors[1100:] == 255).all()


def test_a_fully_transparent_picture_becomes_white():
    colors = np.zeros((20, 30, 3), np.uint8)
    transparency.cover_hidden(colors, np.zeros((20, 30), np.uint8))
    assert (colors == 255).all()


def test_hidden_colors_do_not_affect_the_cartoon():
    """The visible part of a cartoon does not depend on them."""
    rows, columns = np.mgrid[:96, :128]
    visible = (rows - 48) ** 2 + (columns - 64) ** 2 < 40**2
    alpha = np.where(visible, 255, 0).astype(np.uint8)
    cartoonize = loading.open_model("storybook", "model")

    def cartoon(garbage, cover):
        colors = np.where(visible[..., None], (180, 120, 90), garbage)
        colors = colors.astype(np.uint8)
        if cover:
            transparency.cover_hidden(colors, alpha)
        return cartoonize(colors)[visible].astype(int)

    noise = np.random.default_rng(0).integers(0, 256, (96, 128, 3))
    covered = [cartoon(garbage, True) for garbage in (0, 255, noise)]
    for other in covered[1:]:
        np.testing.assert_array_equal(covered[0], other)
    bare = cartoon(0, False)
    assert np.abs(bare - cartoon(255, False)).max() > 50  # Without covering.
    # There is no outline either: the cartoon has a single color.
    assert np.ptp(covered[0], axis=0).max() < 10 < np.ptp(bare, axis=0).max()
