import numpy as np
import pytest

from cartoongan_tf.filters import grading
from cartoongan_tf.filters import inking
from cartoongan_tf.losses import content_target
from cartoongan_tf.losses import objective

BRIGHTER = ((0.0, 0.0), (0.4, 0.8), (1.0, 1.0))


def unlifted(tone):
    """Luminance before the default gamma."""
    return 2 * ((tone + 1) / 2) ** (1 / 0.85) - 1


@pytest.fixture
def halves():
    """Dark on the left, bright on the right, in tones of the target."""
    images = np.full((1, 24, 32, 3), unlifted(0.0), "float32")
    images[:, :, 16:] = 1.0
    return images


def inked(images, saturation=1.25):
    return np.asarray(inking.ink(images, grading.Grade(saturation)))


def luminance_of(images):
    return images @ [0.299, 0.587, 0.114]


def test_a_contour_gets_a_dark_line_on_its_darker_side(halves):
    row = inked(halves)[0, 12, :, 0]
    np.testing.assert_allclose(row[12:16], -0.7, atol=0.05)
    np.testing.assert_allclose(row[:10], 0, atol=1e-2)
    np.testing.assert_allclose(row[20:], 1.0, atol=1e-2)


def test_a_gradient_is_quantized_and_lightened():
    ramp = np.linspace(-1, 1, 72, dtype="float32")
    images = np.broadcast_to(ramp[:, None], (1, 24, 72, 3))
    tones = inked(images)[0, 12, :, 0]
    levels = np.linspace(-1, 1, 7)
    nearest = np.abs(tones[:, None] - levels).min(1)
    assert (nearest < 2e-2).mean() > 0.7
    assert tones.mean() > ramp.mean() + 0.05  # Lifted.


def test_flat_areas_and_faint_texture_get_no_line(random):
    flat = np.full((1, 24, 32, 3), unlifted(1 / 3), "float32")
    np.testing.assert_allclose(inked(flat), 1 / 3, atol=1e-5)
    texture = flat + random.uniform(-0.05, 0.05, flat.shape).astype("float32")
    found = inked(texture)
    assert found.min() > 0.15
    assert found.std() < 0.3 * texture.std()


def test_texture_gets_less_ink_than_a_contour(random):
    """Gravel: dark squares of three pixels on a light ground."""
    gravel = np.full((1, 64, 64, 3), 0.5, "float32")
    for row, column in random.integers(0, 61, (60, 2)):
        gravel[:, row : row + 3, column : column + 3] = -0.5
    inked_share = (inked(gravel) < -0.7).mean()
    stripes = np.full((1, 64, 64, 3), 0.5, "float32")
    stripes[:, :, ::16] = stripes[:, :, 1::16] = stripes[:, :, 2::16] = -0.5
    assert (inked(stripes) < -0.7).mean() > 0.1
    assert inked_share < 0.02


def test_pebbles_get_no_ink(random):
    shades = random.uniform(-0.6, 0.6, (1, 24, 24, 1)).repeat(4, 1).repeat(4, 2)
    pebbles = shades.repeat(3, 3).astype("float32")
    assert (inked(pebbles) < -0.7).mean() < 0.005


def test_a_line_continues_across_a_gap():
    line = np.full((1, 64, 64, 3), 0.8, "float32")
    line[:, :, 30:34] = -0.3
    line[:, 30:32] = 0.8
    assert inked(line)[0, 30:32, 31:33, 0].max() < -0.4


def test_an_outline_continues_along_a_faint_contour():
    images = np.full((1, 96, 96, 3), 0.7, "float32")
    images[0, :, 48:] -= np.linspace(1.2, 0, 96)[:, None, None]
    drawn = luminance_of(inked(images)[0])
    line = (drawn[:, 60:61] - drawn)[:, 44:56].max(1)
    assert line[50] > 0.8
    assert line[65] > 0.48  # 0.42 if it does not.
    assert line[75] < 0.1


LEAF, SKIN = np.float32([0.0, 0.4, -0.2]), np.float32([0.6, 0.2, 0.0])


def fine_line_on(color):
    """Colors drawn for a thin dark bar and for its background."""
    photo = np.tile(color, (1, 48, 48, 1))
    photo[:, 22:25, 16:32] -= 0.3
    found = inked(photo, 1.0)[0]
    return found[23, 24], found[40, 24]


def test_a_fine_line_keeps_a_dark_tone_of_its_color():
    drawn, ground = fine_line_on(LEAF)
    by_ground = (drawn + 1) / (ground + 1)
    assert by_ground.max() < 0.55
    assert drawn[1] > drawn[2] + 0.2  # Still green, and not black.


def test_fine_lines_are_faint_on_skin():
    drawn, ground = fine_line_on(SKIN)
    by_ground = (drawn + 1) / (ground + 1)
    assert 0.7 < by_ground.min() < 0.95  # The bar itself is there.


def test_an_outline_keeps_a_dark_tone_of_its_color():
    leaf = np.tile(LEAF, (1, 96, 96, 1))
    leaf[:, :, 48:] -= 0.4
    drawn = inked(leaf, 1.0)[0, 48]
    by_ground = (drawn[49] + 1) / (drawn[90] + 1)
    assert by_ground.max() < 0.5
    assert drawn[49, 1] > drawn[49, 2] + 0.05  # Still green, and not black.


def test_the_grade_sets_the_lightness_of_lines():
    leaf = np.tile(LEAF, (1, 96, 96, 1))
    leaf[:, :, 48:] -= 0.4
    leaf[:, 22:25, 16:32] -= 0.3
    for row, column in ((48, 49), (23, 24)):  # An outline, and a fine line.
        half, whole = (
            np.asarray(inking.ink(leaf, grading.Grade(line_lightness=one)))
            for one in (0.5, 1.0)
        )
        ratio = (half + 1) / (whole + 1)
        assert 0.4 < ratio[0, row, column, 1] < 0.75
        np.testing.assert_allclose(ratio[0, 80, 8], 1, atol=0.02)


def test_an_outline_in_the_dark_is_black(halves):
    assert inked(halves - 0.7)[0, 12, 13:16].max() < -0.85


def test_saturation_of_the_grade_is_applied():
    color = np.broadcast_to(np.float32([-0.2, 0.0, 0.3]), (1, 24, 32, 3))
    plain, lively = (inked(color, by)[0, 12, 16] for by in (1.0, 1.5))
    assert luminance_of(lively) == pytest.approx(luminance_of(plain), abs=0.02)
    np.testing.assert_allclose(
        lively - luminance_of(lively),
        1.5 * (plain - luminance_of(plain)),
        atol=0.03,
    )


def test_lines_do_not_depend_on_the_direction(halves):
    turned = halves.transpose(0, 2, 1, 3)
    np.testing.assert_allclose(
        inked(turned), inked(halves).transpose(0, 2, 1, 3), atol=1e-5
    )


def test_the_objective_compares_with_the_inked_photo(halves):
    aim = objective.Objective(
        lambda x: x, 1.0, target=content_target.ContentTarget("inked")
    )
    found = aim.reconstruction_terms(halves, halves)
    assert found.keys() == {"content"}
    expected = np.abs(inked(halves) - halves).mean()
    assert float(found["content"]) == pytest.approx(expected, rel=1e-4)
    assert (
        float(aim.reconstruction_terms(halves, inked(halves))["content"]) < 1e-6
    )


def test_paint_has_tones_and_no_lines(halves):
    painted = np.asarray(inking.paint(halves))
    assert painted.min() > -0.05
    np.testing.assert_allclose(painted[0, 12, :10, 0], 0, atol=1e-2)
    np.testing.assert_allclose(painted[0, 12, 20:, 0], 1.0, atol=1e-2)
    tones = np.asarray(inking.paint(halves, grading.Grade(curve=BRIGHTER)))
    assert tones[0, 12, 4].mean() > 0.2
