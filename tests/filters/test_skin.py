import math

import numpy as np
import pytest

from cartoongan_tf.filters import skin


def likelihood_of(color):
    """Likelihood of one color, given in [0, 1]."""
    images = 2 * np.float32(color).reshape(1, 1, 1, 3) - 1
    return np.asarray(skin.likelihood(images)).item()


@pytest.mark.parametrize(
    "color",
    [
        (0.91, 0.74, 0.65),
        (0.78, 0.58, 0.45),
        (0.55, 0.36, 0.26),
        (0.35, 0.22, 0.16),
    ],
)
def test_skin_of_all_colors_is_likely(color):
    assert likelihood_of(color) > 0.6


@pytest.mark.parametrize(
    "color",
    [
        (0.8, 0.1, 0.1),
        (1.0, 0.5, 0.0),
        (0.3, 0.5, 0.2),
        (0.4, 0.3, 0.6),
        (0.5, 0.5, 0.5),
        (0.07, 0.06, 0.05),
        (0.97, 0.96, 0.95),
        (0.45, 0.62, 0.7),  # A sky, the hue across the wheel.
    ],
)
def test_other_colors_and_grays_are_unlikely(color):
    assert likelihood_of(color) < 0.15


def test_hues_on_both_sides_of_the_skin_tone_line_are_alike():
    """It is at 123 degrees in the plane of Cb and Cr."""

    def at(degrees, light=0.5, chroma=0.08):
        blue = chroma * math.cos(math.radians(degrees)) / 0.564
        red = chroma * math.sin(math.radians(degrees)) / 0.713
        green = -(0.299 * red + 0.114 * blue) / 0.587
        return likelihood_of((light + red, light + green, light + blue))

    for off in (10, 20, 30):
        assert at(123 - off) == pytest.approx(at(123 + off), abs=0.01)
        assert at(123 - off) < at(133 - off)
