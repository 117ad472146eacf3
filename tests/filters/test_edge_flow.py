import numpy as np
import pytest

from cartoongan_tf.filters import edge_flow


@pytest.fixture
def slanted():
    """A dark line of three pixels, down to the right."""
    rows, columns = np.mgrid[:48, :48]
    image = np.where(np.abs(rows - columns) <= 1, -1.0, 1.0)
    return image[None, ..., None].astype("float32")


def soft(image):
    return np.asarray(edge_flow.blur(image, 1))


def along(images, light):
    return np.asarray(edge_flow.average_along(images, light))


def test_a_gap_in_a_line_closes(slanted):
    gap = slanted.copy()
    gap[0, 23:26] = 1.0
    closed = along(gap, soft(gap))
    assert closed[0, 24, 24, 0] < 0.5
    np.testing.assert_allclose(closed[0, :16, 30:], 1.0)  # Away from it.


@pytest.mark.parametrize("turn", ["vertical", "horizontal"])
def test_values_are_averaged_along_contours_and_not_across(turn, random):
    light = np.full((1, 32, 32, 1), -1.0, "float32")
    light[:, :, 16:] = 1.0
    values = random.uniform(-1, 1, (1, 32, 1, 1)).astype("float32")
    values = np.broadcast_to(values, light.shape).copy()
    values[:, :, 16:] += 5
    if turn == "horizontal":
        light, values = light.swapaxes(1, 2), values.swapaxes(1, 2)
    found = along(values, light)
    if turn == "horizontal":
        found, values = found.swapaxes(1, 2), values.swapaxes(1, 2)
    inside = (slice(6, 26), slice(14, 18))
    expected = np.exp(-2 * (np.arange(-5, 6) / 5) ** 2)
    expected = [
        np.convolve(values[0, :, column, 0], expected / expected.sum(), "same")
        for column in range(14, 18)
    ]
    np.testing.assert_allclose(
        found[0, ..., 0][inside], np.transpose(expected)[6:26], atol=1e-5
    )


def test_contours_are_coherent_and_noise_is_not(slanted, random):
    noise = random.uniform(-1, 1, (1, 48, 48, 1)).astype("float32")
    middle = (0, slice(16, 32), slice(16, 32), 0)
    assert np.asarray(edge_flow.coherence(soft(slanted)))[middle].min() > 0.8
    assert np.asarray(edge_flow.coherence(noise))[middle].mean() < 0.4
    flat = np.zeros((1, 24, 24, 1), "float32")
    np.testing.assert_array_equal(edge_flow.coherence(flat), 0)
