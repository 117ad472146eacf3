import cv2
import numpy as np
import PIL.Image
import pytest

from cartoongan_tf.analysis import grain
from cartoongan_tf.images import pictures


@pytest.fixture
def flat():
    """Two flat colors, and a contour between them."""
    pixels = np.full((128, 160, 3), (210, 180, 150), "uint8")
    pixels[:, 80:] = (90, 140, 190)
    pixels[:, 79:81] = 20
    return pixels


def with_noise(picture, deviation, random):
    noisy = picture + random.normal(0, deviation, picture.shape)
    return np.clip(np.round(noisy), 0, 255).astype("uint8")


@pytest.mark.parametrize("deviation", [1, 2, 4])
def test_grain_is_the_deviation_of_the_noise(flat, random, deviation):
    noisy = with_noise(flat, deviation, random)
    assert grain.measure(noisy) == pytest.approx(deviation, rel=0.1)


def test_contours_and_gradients_are_not_grain(flat):
    assert grain.measure(flat) < 0.01
    slope = np.arange(160, dtype="float32") / 2 + 60
    picture = np.repeat(np.tile(slope, (128, 1))[..., None], 3, -1)
    assert grain.measure(picture.astype("uint8")) < 0.3


def test_a_noisy_picture_is_grainy(random):
    """No block is flat then."""
    noise = random.integers(0, 256, (64, 64, 3), "uint8") // 2 + 60
    assert grain.measure(cv2.GaussianBlur(noise, (0, 0), 1)) > 5


def test_black_and_white_areas_are_ignored(flat, random):
    """Noise is cut off there."""
    noisy = with_noise(flat, 2, random)
    framed = np.pad(noisy, ((64, 64), (0, 0), (0, 0)), constant_values=255)
    assert grain.measure(framed) == pytest.approx(2, rel=0.1)
    assert grain.measure(np.full((64, 64, 3), 255, "uint8")) == 0
    assert grain.measure(np.zeros((64, 64, 3), "uint8")) == 0


def test_a_picture_smaller_than_a_block_has_no_grain():
    assert grain.measure(np.full((7, 40, 3), 90, "uint8")) == 0


def test_noise_of_jpeg_is_grain(flat, random, tmp_path):
    noisy = with_noise(flat, 2, random)
    PIL.Image.fromarray(noisy).save(tmp_path / "a.jpg", quality=85)
    kept = grain.measure(pictures.read_picture(tmp_path / "a.jpg"))
    assert 0.3 < kept < 2
