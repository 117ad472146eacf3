import colorsys
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.data import image_source
from cartoongan_tf.data import saturation


def source(random, count, strength):
    """Pictures of random hues, as far from gray as told."""
    pixels = []
    for hue in random.uniform(size=count):
        color = colorsys.hls_to_rgb(hue, 0.5, strength)
        picture = np.empty((8, 12, 3), "uint8")
        picture[:] = np.round(255 * np.array(color))
        pixels.append(picture)
    return image_source.PictureSource(
        [pathlib.Path(f"{n}.png") for n in range(count)],
        lambda number: tf.constant(pixels[number]),
    )


@pytest.mark.parametrize(
    ("cartoons", "gain"), [(0.6, 1.2), (1.0, 1.35), (0.2, 1.0)]
)
def test_the_gain_is_that_of_the_means_within_limits(random, cartoons, gain):
    seed = random.integers(1e6)
    photos, found = (
        source(np.random.default_rng(seed), 200, strength)
        for strength in (0.5, cartoons)
    )
    assert saturation.gain(photos, found) == pytest.approx(gain, abs=0.02)
    assert saturation.gain(photos, found) == saturation.gain(photos, found)


def test_gray_photos_are_no_division_by_zero(random):
    gray, vivid = source(random, 3, 0.0), source(random, 3, 1.0)
    assert saturation.gain(gray, vivid) == saturation.LIMITS[1]
    assert saturation.mean(gray) == pytest.approx(0, abs=1e-6)
