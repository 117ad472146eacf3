import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.filters import l0_smoothing


def reference(image, strength):
    """Xu et al. (2011), algorithm 1, for an image `(height, width, 3)`.

    Each quadratic step is solved as a system of linear equations, and not by
    Fourier transforms.
    """
    height, width, _ = image.shape
    differences = []
    for axis in (0, 1):
        moved = np.roll(
            np.arange(height * width).reshape(height, width), -1, axis
        )
        matrix = -np.eye(height * width)
        matrix[np.arange(height * width), moved.ravel()] += 1
        differences.append(matrix)
    pixels = ((image + 1) / 2).reshape(-1, 3)
    smoothed, penalty = pixels, 2 * strength
    while penalty < 1e4:
        changes = [matrix @ smoothed for matrix in differences]
        energy = sum((change**2).sum(axis=1) for change in changes)
        for change in changes:
            change[energy < strength / penalty] = 0
        left = np.eye(height * width)
        right = pixels.copy()
        for matrix, change in zip(differences, changes, strict=True):
            left += penalty * matrix.T @ matrix
            right += penalty * matrix.T @ change
        smoothed = np.linalg.solve(left, right)
        penalty *= 4
    return np.clip(2 * smoothed.reshape(image.shape) - 1, -1, 1)


@pytest.mark.parametrize("wrap", [lambda f: f, tf.function])
@pytest.mark.parametrize("strength", [0.006, 0.02])
def test_it_equals_a_linear_solver(random, wrap, strength):
    images = random.uniform(-1, 1, (2, 12, 16, 3)).astype("float32")
    images[:, :, 8:] *= 0.1
    smoothed = wrap(lambda i: l0_smoothing.smooth(i, strength))(
        tf.constant(images)
    )
    for image, found in zip(images, smoothed, strict=True):
        np.testing.assert_allclose(
            found, reference(image.astype("float64"), strength), atol=2e-3
        )


def test_contours_stay_sharp_and_texture_becomes_flat(random):
    image = np.full((1, 24, 48, 3), -0.6, "float32")
    image[:, :, 24:] = 0.6
    image += random.uniform(-0.05, 0.05, image.shape).astype("float32")
    row = np.asarray(l0_smoothing.smooth(image))[0, 12, :, 0]
    assert row[24] - row[23] > 1.1
    assert np.ptp(row[:24]) < 0.02
    assert np.ptp(row[24:]) < 0.02


def test_flat_areas_stay():
    flat = np.full((1, 16, 24, 3), [0.5, -0.2, 0.9], "float32")
    np.testing.assert_allclose(l0_smoothing.smooth(flat), flat, atol=1e-5)


def test_larger_strengths_leave_fewer_gradients(random):
    image = random.uniform(-0.2, 0.2, (1, 32, 32, 3)).astype("float32")

    def changes(strength):
        found = np.asarray(l0_smoothing.smooth(image, strength))
        return (np.abs(np.diff(found, axis=2)) > 0.02).mean()

    assert changes(0.02) < changes(0.005) < changes(0.0005)


def test_means_do_not_drift(random):
    images = random.uniform(-0.9, 0.9, (2, 64, 64, 3)).astype("float32")
    found = np.asarray(l0_smoothing.smooth(images))
    np.testing.assert_allclose(
        found.mean((1, 2)), images.mean((1, 2)), atol=2e-6
    )
