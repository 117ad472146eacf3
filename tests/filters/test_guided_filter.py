import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.filters import guided_filter


def box(array, radius):
    """Box blur with reflection padding, one pixel at a time."""
    sides = ((0, 0), (radius, radius), (radius, radius), (0, 0))
    padded = np.pad(array, sides, mode="reflect")
    means = np.zeros_like(array)
    side = 2 * radius + 1
    for row in range(array.shape[1]):
        for column in range(array.shape[2]):
            square = padded[:, row : row + side, column : column + side]
            means[:, row, column] = square.mean(axis=(1, 2))
    return means


def reference(images, radius, epsilon):
    """He et al., equations 5, 6 and 8, with the gray image as the guide."""
    guide = images.mean(axis=-1, keepdims=True)
    covariance = box(guide * images, radius)
    covariance -= box(guide, radius) * box(images, radius)
    variance = box(guide**2, radius) - box(guide, radius) ** 2
    slope = covariance / (variance + epsilon)
    offset = box(images, radius) - slope * box(guide, radius)
    return box(slope, radius) * guide + box(offset, radius)


@pytest.mark.parametrize("wrap", [lambda f: f, tf.function])
@pytest.mark.parametrize(("radius", "epsilon"), [(2, 0.02), (1, 0.2)])
def test_it_equals_numpy(random, wrap, radius, epsilon):
    images = random.uniform(-1, 1, (2, 9, 13, 3))
    expected = reference(images, radius, epsilon)
    filtered = wrap(
        lambda i: guided_filter.smooth(i, radius, epsilon, passes=1)
    )(tf.constant(images, tf.float32))
    np.testing.assert_allclose(filtered, expected, atol=1e-5)


def test_two_passes_are_the_filter_twice(random):
    images = random.uniform(-1, 1, (1, 16, 24, 3)).astype("float32")
    once = guided_filter.smooth(images, passes=1)
    twice = guided_filter.smooth(once, passes=1)
    np.testing.assert_allclose(guided_filter.smooth(images), twice, atol=1e-6)
    assert np.abs(twice - once).max() > 1e-3


def test_flat_areas_stay():
    flat = np.full((1, 16, 24, 3), [0.5, -0.2, 0.9], "float32")
    np.testing.assert_allclose(guided_filter.smooth(flat), flat, atol=1e-6)


def test_contours_stay_and_texture_goes(random):
    contour = np.full((1, 32, 48, 3), -0.8, "float32")
    contour[:, :, 24:] = 0.8
    texture = 0.05 * random.choice([-1, 1], (1, 32, 48, 1))
    photo = contour + texture.astype("float32")
    smoothed = np.asarray(guided_filter.smooth(photo))
    step = smoothed[:, :, 24] - smoothed[:, :, 23]
    assert step.mean() > 0.9 * 1.6
    inside = (smoothed - contour)[:, 6:-6, 6:18]
    assert inside.std() < 0.2 * 0.05


def test_mean_luminance_is_kept(random):
    photo = random.uniform(-1, 1, (1, 64, 96, 3)).astype("float32")
    smoothed = np.asarray(guided_filter.smooth(photo))
    assert smoothed.mean() == pytest.approx(photo.mean(), abs=5e-3)
    assert smoothed.shape == photo.shape
