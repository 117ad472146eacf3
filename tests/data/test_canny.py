import cv2
import numpy as np
import pytest
import skimage.data
import tensorflow as tf

from cartoongan_tf.data import canny
from cartoongan_tf.data import packed_masks


@pytest.fixture(params=["eager", "tf.data"])
def detect_edges(request):
    """The function as called by hand, and as traced by `tf.data`."""

    def traced(gray, low, high):
        dataset = tf.data.Dataset.from_tensors(gray)
        dataset = dataset.map(lambda g: canny.detect_edges(g, low, high))
        return next(dataset.as_numpy_iterator())

    return traced if request.param == "tf.data" else canny.detect_edges


def assert_equals_opencv(detect_edges, gray, low=100, high=200):
    edges = packed_masks.unpack(detect_edges(gray, low, high), gray.shape[1])
    np.testing.assert_array_equal(edges, cv2.Canny(gray, low, high) == 255)


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "rocket"])
def test_edges_of_photos_equal_opencv(detect_edges, name):
    photo = getattr(skimage.data, name)()
    gray = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    assert_equals_opencv(detect_edges, gray)


@pytest.mark.parametrize("sides", [(1, 1), (1, 9), (7, 1), (16, 24), (61, 45)])
@pytest.mark.parametrize(
    "thresholds", [(100, 200), (20, 40), (200, 100), (0, 0)]
)
def test_edges_of_noise_equal_opencv(detect_edges, random, sides, thresholds):
    noise = random.integers(0, 256, sides, "uint8")
    assert_equals_opencv(detect_edges, noise, *thresholds)
    smooth = cv2.GaussianBlur(noise, (5, 5), 0)
    assert_equals_opencv(detect_edges, smooth, *thresholds)


def test_a_long_weak_edge_is_followed_to_its_end(detect_edges):
    """An edge that is strong at one end only: what hysteresis is for."""
    gray = np.full((200, 24), 100, "uint8")
    gray[:, 12:] = 130
    gray[:3, 12:] = 255
    assert_equals_opencv(detect_edges, gray)
    assert np.asarray(detect_edges(gray, 100, 200))[-1].any()
