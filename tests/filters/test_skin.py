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
    ],
)
def test_other_colors_and_grays_are_unlikely(color):
    assert likelihood_of(color) < 0.15
