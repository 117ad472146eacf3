import colorsys

import numpy as np
import pytest

from cartoongan_tf.filters import grading

LIGHTER = ((0.0, 0.0), (0.25, 0.5), (1.0, 1.0))


def graded(colors, **wanted):
    """Graded colors in [0, 1]."""
    images = 2 * np.float32(colors)[None, None] - 1
    found = grading.grade(images, grading.Grade(**wanted))
    return (np.asarray(found)[0, 0] + 1) / 2


def luminance(colors):
    return np.asarray(colors) @ [0.299, 0.587, 0.114]


def test_the_default_grade_is_a_gamma():
    values = np.linspace(0, 1, 5)
    found = graded(np.repeat(values[:, None], 3, 1))[:, 0]
    np.testing.assert_allclose(found, values**0.85, atol=1e-5)


def test_a_curve_is_piecewise_linear():
    values = np.array([0, 0.125, 0.25, 0.625, 1])
    found = graded(np.repeat(values[:, None], 3, 1), curve=LIGHTER)[:, 0]
    np.testing.assert_allclose(found, [0, 0.25, 0.5, 0.75, 1], atol=1e-5)


@pytest.mark.parametrize(
    "color", [(0.2, 0.1, 0.05), (0.1, 0.3, 0.9), (0.9, 0.1, 0.2), (0, 0, 1)]
)
def test_a_curve_maps_luminance_and_keeps_the_hue(color):
    found = graded([color], curve=LIGHTER)[0]
    expected = np.interp(luminance(color), *zip(*LIGHTER, strict=True))
    assert luminance(found) == pytest.approx(expected, abs=1e-4)
    hue, other = (colorsys.rgb_to_hsv(*c)[0] for c in (color, found))
    assert hue == pytest.approx(other, abs=1e-4)


def test_saturation_scales_the_distance_from_gray():
    found = saturated(color := np.array([0.3, 0.4, 0.6]))
    gray = luminance(color)
    np.testing.assert_allclose(found - gray, 1.5 * (color - gray), atol=1e-5)


@pytest.mark.parametrize(
    "skin", [(0.91, 0.74, 0.65), (0.78, 0.58, 0.45), (0.35, 0.22, 0.16)]
)
def test_skin_gets_less_saturated_than_other_colors(skin):
    found, gray = saturated(skin), luminance(skin)
    ratio = (found - gray) / (np.array(skin) - gray)
    assert 1.2 < ratio.min() <= ratio.max() < 1.35


@pytest.mark.parametrize(
    "color", [(0.8, 0.15, 0.1), (0.3, 0.5, 0.2), (0.4, 0.3, 0.6)]
)
def test_other_colors_are_fully_saturated(color):
    found, gray = saturated(color), luminance(color)
    ratio = np.ptp(found) / np.ptp(color)
    assert ratio > 1.4 or found.max() == 1
    assert luminance(found) == pytest.approx(gray, abs=0.05)


def saturated(color):
    identity = ((0.0, 0.0), (1.0, 1.0))
    return graded([color], saturation=1.5, curve=identity)[0]
