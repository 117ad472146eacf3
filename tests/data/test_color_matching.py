import colorsys
import pathlib

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.data import color_matching
from cartoongan_tf.data import image_source
from cartoongan_tf.filters import grading


def source(random, count, strength):
    """Pictures of random hues at a given distance from gray."""
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
def test_saturation_is_the_ratio_of_means_within_limits(random, cartoons, gain):
    seed = random.integers(1e6)
    photos, found = (
        source(np.random.default_rng(seed), 200, strength)
        for strength in (0.5, cartoons)
    )
    grade = color_matching.match(photos, found)
    assert grade.saturation == pytest.approx(gain, abs=0.02)
    assert grade.curve is None
    assert grade == color_matching.match(photos, found)


def test_gray_photos_do_not_divide_by_zero(random):
    gray, vivid = source(random, 3, 0.0), source(random, 3, 1.0)
    grade = color_matching.match(gray, vivid)
    assert grade.saturation == pytest.approx(1.35)


def grays(random, low, high, *, paper=0.0, count=80):
    """Pictures of even luminance between two values, some of it white."""
    pictures = random.uniform(low, high, (count, 20, 30)) * 255
    pictures[:, :, : int(30 * paper)] = 255
    pictures = np.repeat(pictures[..., None], 3, -1).astype("uint8")
    return image_source.PictureSource(
        [pathlib.Path(f"{n}.png") for n in range(count)],
        lambda number: tf.constant(pictures[number]),
    )


def matched(values, photos, cartoons, share):
    """Luminance after grading."""
    grade = color_matching.match(photos, cartoons, share)
    images = 2 * np.repeat(np.float32(values)[None, None, :, None], 3, -1) - 1
    return (np.asarray(grading.grade(images, grade))[0, 0, :, 0] + 1) / 2


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_tones_move_toward_the_cartoons_by_the_strength(random, share):
    photos = grays(random, 0, 0.9)
    cartoons = grays(random, 0.3, 0.9, paper=0.5)
    values = np.linspace(0.3, 0.85, 6)
    expected = values + share * (0.3 + values * 2 / 3 - values)
    found = matched(values, photos, cartoons, share)
    np.testing.assert_allclose(found, expected, atol=0.015)
    np.testing.assert_allclose(
        matched([0, 1], photos, cartoons, share), [0, 1], atol=1e-6
    )


def test_a_tone_curve_is_ascending_and_not_steep(random):
    """Or the noise of dark places would become a pattern."""
    photos, cartoons = grays(random, 0, 0.4), grays(random, 0.7, 0.8)
    curve = np.array(color_matching.match(photos, cartoons, 1.0).curve)
    rises = np.diff(curve[:-1], axis=0)
    assert (rises >= 0).all()
    assert (rises[:, 1] <= 2.001 * rises[:, 0]).all()
    assert curve[-2, 1] > 0.6


def test_white_pictures_do_not_change_tones(random):
    white = grays(random, 1, 1)
    grade = color_matching.match(grays(random, 0, 0.9), white, 1.0)
    assert grade.curve is None


def test_samples_include_the_first_and_the_last_picture(random):
    cartoons = grays(random, 0.3, 0.9, count=3)
    seen = []

    def read(number):
        seen.append(number)
        return cartoons.read(number)

    color_matching.match(
        grays(random, 0, 0.9), image_source.PictureSource(cartoons.paths, read)
    )
    assert seen == [0, 1, 2]
