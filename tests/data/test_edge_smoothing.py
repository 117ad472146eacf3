import cv2
import numpy as np
import pytest
import skimage.data
import tensorflow as tf

from cartoongan_tf.core import choices
from cartoongan_tf.data import edge_smoothing
from cartoongan_tf.images import pictures

DEFAULT = edge_smoothing.Smoothing(100, 200, 5, 5, "gaussian")


@pytest.fixture(params=["eager", "tf.data", "compiled"])
def smooth_edges(request):
    """The transform as called by hand, and as traced by `tf.data`."""

    def smooth(image, smoothing=DEFAULT):
        if request.param == "eager":
            return edge_smoothing.smooth_edges(image, smoothing).numpy()

        def plain(image):
            return edge_smoothing.smooth_edges(image, smoothing)

        is_plain = request.param == "tf.data"
        transform = plain if is_plain else edge_smoothing.compiled(smoothing)
        dataset = tf.data.Dataset.from_tensors(image).map(transform)
        return next(dataset.as_numpy_iterator())

    return smooth


def opencv_smooth_edges(image, smoothing=DEFAULT, with_mask=False):
    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    edge_mask = cv2.Canny(gray, smoothing.low, smoothing.high)
    square = np.ones((smoothing.dilation, smoothing.dilation), "uint8")
    near_edge = cv2.dilate(edge_mask, square)
    side = (smoothing.kernel, smoothing.kernel)
    if smoothing.blur == "box":
        blurred = cv2.blur(image, side)
    else:
        blurred = cv2.GaussianBlur(image, side, 0)
    smoothed = np.where(near_edge[..., None] > 0, blurred, image)
    return (smoothed, near_edge > 0) if with_mask else smoothed


@pytest.mark.parametrize("name", ["astronaut", "chelsea", "coffee", "rocket"])
def test_smoothing_equals_the_same_opencv_calls(smooth_edges, name):
    photo = getattr(skimage.data, name)()
    np.testing.assert_array_equal(
        smooth_edges(photo), opencv_smooth_edges(photo)
    )


@pytest.mark.parametrize("sides", [(3, 5), (16, 24), (61, 45)])
def test_smoothed_noise_equals_opencv(smooth_edges, random, sides):
    noise = random.integers(0, 256, (*sides, 3), "uint8")
    np.testing.assert_array_equal(
        smooth_edges(noise), opencv_smooth_edges(noise)
    )


@pytest.mark.parametrize("blur", choices.SMOOTHINGS)
@pytest.mark.parametrize("kernel", [1, 3, 7, 9, 15])
@pytest.mark.parametrize("dilation", [1, 3, 9])
def test_other_settings_are_within_a_level_of_opencv(blur, kernel, dilation):
    photo = skimage.data.chelsea()
    smoothing = edge_smoothing.Smoothing(60, 120, dilation, kernel, blur)
    actual = edge_smoothing.smooth_edges(photo, smoothing).numpy().astype(int)
    expected = opencv_smooth_edges(photo, smoothing)
    is_changed = (expected != photo).any(-1)
    assert is_changed.any() or kernel == 1
    assert np.abs(actual - expected).max() <= 1


def test_without_xla_the_transform_runs_uncompiled(random, monkeypatch):
    """As on Windows, where `jit_compile` is an error."""

    def refuse(*_, **__):
        raise tf.errors.UnimplementedError(None, None, "no XLA")

    monkeypatch.setattr(tf.data.Dataset, "from_tensors", refuse)
    noise = random.integers(0, 256, (16, 24, 3), "uint8")
    smooth = edge_smoothing.compiled.__wrapped__(DEFAULT)
    np.testing.assert_array_equal(smooth(noise), opencv_smooth_edges(noise))


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize("style", ["storybook", "peppercarrot"])
def test_smoothed_cartoons_equal_opencv(shared, style):
    """Every fourth, at its own size, in every pixel."""
    paths = sorted((shared / "cartoons" / style).rglob("*.jpg"))[::4]
    assert len(paths) >= 100

    @tf.function(input_signature=[tf.TensorSpec((None, None, 3), tf.uint8)])
    def smooth(image):
        mask = edge_smoothing.find_edges(image, DEFAULT)
        return edge_smoothing.smooth_edges(image, DEFAULT), mask

    for path in paths:
        cartoon = pictures.read_picture(path)
        actual, mask = smooth(cartoon)
        expected, expected_mask = opencv_smooth_edges(cartoon, with_mask=True)
        np.testing.assert_array_equal(mask, expected_mask, str(path))
        np.testing.assert_array_equal(actual, expected, str(path))


def test_only_the_neighborhood_of_edges_changes(smooth_edges):
    step = np.zeros((32, 40, 3), "uint8")
    step[:, 20:] = 255
    changed = np.any(np.asarray(smooth_edges(step)) != step, axis=(0, 2))
    assert changed[18:22].all()
    assert not changed[:16].any()
    assert not changed[24:].any()


def test_flat_pictures_do_not_change(smooth_edges):
    flat = np.full((16, 24, 3), 80, "uint8")
    np.testing.assert_array_equal(smooth_edges(flat), flat)


def test_gray_equals_opencv(random):
    colors = random.integers(0, 256, (300, 500, 3), "uint8")
    expected = cv2.cvtColor(colors, cv2.COLOR_RGB2GRAY)
    np.testing.assert_array_equal(edge_smoothing.to_gray(colors), expected)
