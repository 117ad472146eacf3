import cv2
import numpy as np
import pytest

from cartoongan_tf.analysis import sharpness
from cartoongan_tf.data import synthetic_scenes


@pytest.fixture
def scene():
    return synthetic_scenes.draw_scene(4, 512)[:400]


def out_of_focus(picture):
    return cv2.GaussianBlur(picture, (0, 0), 4)


def shaken(picture, size):
    return cv2.blur(picture, size)


def test_pictures_are_shrunk_in_proportion_and_never_enlarged(scene):
    assert sharpness.reduce(scene, 200).shape == (200, 256, 3)
    assert sharpness.reduce(scene, 400) is scene
    assert sharpness.reduce(scene, 900) is scene


def test_faded_or_blurred_pictures_show_less_detail(scene):
    assert sharpness.detail(scene // 2) < 0.6 * sharpness.detail(scene)
    assert sharpness.detail(out_of_focus(scene)) < sharpness.detail(scene)


@pytest.mark.parametrize("sigma", [3, 5])
def test_the_width_of_an_edge_is_that_of_its_blur(sigma):
    step = np.zeros((100, 140, 3), "uint8")
    step[:, 70:] = 200
    blurred = cv2.GaussianBlur(step, (0, 0), sigma)
    assert sharpness.blur(blurred) == pytest.approx(sigma, rel=0.1)
    assert sharpness.blur(step) < 1


def test_noise_does_not_make_a_blurred_picture_sharp(scene, random):
    noise = random.normal(0, 3, scene.shape)
    noisy = np.clip(out_of_focus(scene) + noise, 0, 255).astype("uint8")
    assert sharpness.blur(noisy) > 2.5


def test_a_picture_of_one_color_has_no_blur():
    assert sharpness.blur(np.full((40, 56, 3), 90, "uint8")) == 0


def test_motion_and_focus_blur_are_found(scene):
    pictures = [
        scene,
        scene[:, ::-1],
        scene[::-1],
        out_of_focus(scene),
        shaken(scene, (21, 1)),
        shaken(scene, (1, 21)),
    ]
    blurs = [sharpness.blur(picture) for picture in pictures]
    assert sharpness.find_blurred(blurs) == [False] * 3 + [True] * 3
    assert sharpness.find_blurred([]) == []


def test_a_video_that_is_soft_throughout_keeps_its_frames():
    assert sharpness.find_blurred([2.0, 2.1, 2.2, 4.0]) == [False] * 3 + [True]
