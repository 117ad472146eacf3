import cv2
import numpy as np
import pytest
import skimage.data
import tensorflow as tf

from cartoongan_tf import edges
from cartoongan_tf import pictures


@pytest.fixture(params=["eager", "tf.data"])
def smooth_edges(request):
    """The transform as called by hand, and as traced by `tf.data`."""

    def traced(image):
        dataset = tf.data.Dataset.from_tensors(image)
        return next(dataset.map(edges.smooth_edges).as_numpy_iterator())

    return traced if request.param == "tf.data" else edges.smooth_edges


def opencv_smooth_edges(image):
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    mask = cv2.dilate(cv2.Canny(gray, 100, 200), np.ones((5, 5), "uint8"))
    blurred = cv2.GaussianBlur(image, (5, 5), 0)
    return np.where(mask[..., None] > 0, blurred, image)


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "rocket"])
def test_smoothing_equals_the_same_opencv_calls(smooth_edges, name):
    photo = getattr(skimage.data, name)()
    np.testing.assert_array_equal(
        smooth_edges(photo), opencv_smooth_edges(photo)
    )


@pytest.mark.parametrize("sides", [(3, 5), (16, 24), (61, 45)])
def test_noise_is_smoothed_as_opencv_does(smooth_edges, random, sides):
    noise = random.integers(0, 256, (*sides, 3), "uint8")
    np.testing.assert_array_equal(
        smooth_edges(noise), opencv_smooth_edges(noise)
    )


@pytest.mark.shared
def test_cartoons_are_smoothed_as_opencv_does(shared):
    paths = sorted((shared / "cartoons").rglob("*.jpg"))[::100]
    assert len(paths) >= 8
    for path in paths:
        cartoon = pictures.read_picture(path)
        np.testing.assert_array_equal(
            edges.smooth_edges(cartoon), opencv_smooth_edges(cartoon)
        )


def test_only_the_neighborhood_of_edges_changes(smooth_edges):
    step = np.zeros((32, 40, 3), "uint8")
    step[:, 20:] = 255
    changed = np.any(np.asarray(smooth_edges(step)) != step, axis=(0, 2))
    assert changed[18:22].all()
    assert not changed[:16].any()
    assert not changed[24:].any()


def test_flat_pictures_are_left_alone(smooth_edges):
    flat = np.full((16, 24, 3), 80, "uint8")
    np.testing.assert_array_equal(smooth_edges(flat), flat)


def test_gray_is_opencvs_gray(random):
    colors = random.integers(0, 256, (300, 500, 3), "uint8")
    expected = cv2.cvtColor(colors, cv2.COLOR_RGB2GRAY)
    np.testing.assert_array_equal(edges.to_gray(colors), expected)
