import cv2
import numpy as np
import pytest
import skimage.data
import tensorflow as tf

from cartoongan_tf.core import choices
from cartoongan_tf.data import edge_smoothing

DEFAULT = edge_smoothing.Smoothing(100, 200, 5, 5, "gaussian")


@pytest.fixture(params=["eager", "tf.data"])
def smooth_edges(request):
    """The transform as called by hand, and as traced by `tf.data`."""

    def smooth(image, smoothing=DEFAULT):
        if request.param == "eager":
            return edge_smoothing.smooth_edges(image, smoothing).numpy()
        dataset = tf.data.Dataset.from_tensors(image).map(
            lambda image: edge_smoothing.smooth_edges(image, smoothing)
        )
        assert dataset.element_spec.shape == image.shape
        return next(dataset.as_numpy_iterator())

    return smooth


def step(height=32, width=40, level=255):
    image = np.zeros((height, width, 3), "uint8")
    image[:, width // 2 :] = level
    return image


def changed_columns(smooth, image):
    return np.flatnonzero((smooth != image).any(axis=(0, 2)))


@pytest.mark.parametrize("blur", choices.SMOOTHINGS)
@pytest.mark.parametrize("side", [3, 5, 9])
def test_pixels_near_edges_are_weighted_means(smooth_edges, blur, side):
    """The loop over pixels that other implementations ship."""
    photo = skimage.data.chelsea()[40:140, 100:220]
    edges = cv2.Canny(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), 60, 120)
    is_near = cv2.dilate(edges, np.ones((3, 3), "uint8")) > 0
    kernel = cv2.getGaussianKernel(side, 0)[:, 0]
    if blur == "box":
        kernel = np.full(side, 1 / side)
    weights = np.outer(kernel, kernel)[..., None]
    margin = side // 2
    sides = ((margin, margin), (margin, margin), (0, 0))
    padded = np.pad(photo, sides, "reflect")
    expected = photo.astype(float)
    for row, column in zip(*is_near.nonzero(), strict=True):
        patch = padded[row : row + side, column : column + side]
        expected[row, column] = (patch * weights).sum(axis=(0, 1))
    settings = edge_smoothing.Smoothing(60, 120, 3, side, blur)
    actual = smooth_edges(photo, settings)
    np.testing.assert_allclose(actual, expected, atol=1)
    assert 0.1 < is_near.mean() < 0.9


def test_only_the_neighborhood_of_edges_changes(smooth_edges):
    changed = changed_columns(smooth_edges(step()), step())
    assert {18, 19, 20, 21} <= set(changed) <= set(range(16, 24))


def test_a_larger_square_around_edges_changes_more(smooth_edges):
    wide = edge_smoothing.Smoothing(100, 200, 13, 15, "box")
    narrow = edge_smoothing.Smoothing(100, 200, 3, 15, "box")
    counts = [
        len(changed_columns(smooth_edges(step(), settings), step()))
        for settings in (wide, narrow)
    ]
    assert counts[0] > 2 * counts[1] > 0


def test_steps_below_the_thresholds_are_no_edges(smooth_edges):
    faint = step(level=20)
    np.testing.assert_array_equal(smooth_edges(faint), faint)
    lower = edge_smoothing.Smoothing(20, 40, 5, 5, "gaussian")
    assert len(changed_columns(smooth_edges(faint, lower), faint))


def test_flat_pictures_are_left_alone(smooth_edges):
    flat = np.full((16, 24, 3), 80, "uint8")
    np.testing.assert_array_equal(smooth_edges(flat), flat)


def test_smoothing_is_said_to_have_no_effects():
    """Else `tf.data` gives up working in parallel in a deterministic run."""
    smooth = tf.function(lambda i: edge_smoothing.smooth_edges(i, DEFAULT))
    graph = smooth.get_concrete_function(tf.TensorSpec((8, 8, 3), tf.uint8))
    operations = graph.graph.get_operations()
    assert any("PyFunc" in op.type for op in operations)
    assert not any(op.op_def.is_stateful for op in operations)
