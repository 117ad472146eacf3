import cv2
import numpy as np
import pytest

from cartoongan_tf.data import denoising


@pytest.fixture
def scene():
    """Two flat colors, and a contour of two pixels between them."""
    pixels = np.full((64, 80, 3), (210, 180, 150), "uint8")
    pixels[:, 40:] = (90, 140, 190)
    pixels[:, 39:41] = 20
    return pixels


@pytest.fixture
def grainy(scene, random):
    return np.clip(scene + random.normal(0, 3, scene.shape), 0, 255).astype(
        "uint8"
    )


def deviation(first, second):
    return np.abs(first.astype(float) - second).mean()


def test_grain_is_removed_and_contours_stay(scene, grainy):
    clean = denoising.denoise(grainy, 4)
    assert deviation(clean, scene) < 0.6 * deviation(grainy, scene)
    np.testing.assert_allclose(clean[:, 39:41], 20, atol=8)
    np.testing.assert_allclose(clean[:, 38], scene[:, 38], atol=8)


def test_red_stays_red(grainy):
    """OpenCV takes blue for the first channel."""
    reddish = grainy.copy()
    reddish[..., 0] = 255
    clean = denoising.denoise(reddish, 4)
    assert clean[..., 0].mean() > 250


def test_a_larger_strength_removes_more(grainy):
    taken = [
        deviation(denoising.denoise(grainy, strength), grainy)
        for strength in (1, 4, 12)
    ]
    assert sorted(taken) == taken
    assert taken[2] > 1.2 * taken[0]


def test_the_result_equals_opencv(grainy):
    expected = cv2.fastNlMeansDenoisingColored(
        grainy[..., ::-1], None, h=4, hColor=6
    )
    actual = denoising.denoise(grainy, 4)
    np.testing.assert_array_equal(actual[..., ::-1], expected)
