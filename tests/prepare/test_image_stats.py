import cv2
import numpy as np
import PIL.Image
import pytest
import skimage.data

from cartoongan_tf.analysis import drawn_score
from cartoongan_tf.analysis import grain
from cartoongan_tf.analysis import near_duplicates
from cartoongan_tf.images import pictures
from cartoongan_tf.prepare import image_stats


@pytest.fixture(scope="module")
def coffee():
    return skimage.data.coffee()


@pytest.fixture(scope="module")
def framed(coffee):
    return np.pad(coffee, ((50, 50), (0, 0), (0, 0)))


def test_size_is_that_of_the_whole_file(framed, tmp_path):
    pictures.write_png(tmp_path / "a.png", framed)
    measured = image_stats.measure_file(tmp_path / "a.png")
    assert (measured.width, measured.height) == (600, 500)
    assert measured.short_side == 500


def test_bars_are_measured_and_excluded_from_other_measures(coffee, framed):
    plain, barred = image_stats.measure(coffee), image_stats.measure(framed)
    assert plain.bars == 0
    assert barred.bars == pytest.approx(0.2)
    assert barred.brightness == plain.brightness
    assert barred.contrast == plain.contrast
    assert barred.grain == plain.grain == grain.measure(coffee)
    expected = drawn_score.line_stats(coffee).drawn
    assert barred.drawn == plain.drawn == expected
    assert (
        barred.fingerprint @ plain.fingerprint > near_duplicates.MIN_SIMILARITY
    )


def test_grayscale_has_no_color_and_equal_brightness(coffee):
    gray = cv2.cvtColor(coffee, cv2.COLOR_RGB2GRAY)
    colored = image_stats.measure(coffee)
    measured = image_stats.measure(np.repeat(gray[..., None], 3, axis=2))
    assert measured.color == 0
    assert colored.color > 100
    assert measured.brightness == pytest.approx(colored.brightness, abs=1)


def test_a_small_colored_area_counts_as_color(coffee):
    gray = np.repeat(coffee.mean(-1, keepdims=True).astype("uint8"), 3, 2)
    gray[:80, :80] = (200, 20, 20)
    assert image_stats.measure(gray).color > 100


def test_brightness_and_contrast_are_measured(coffee):
    plain = image_stats.measure(coffee)
    dark = image_stats.measure(coffee // 8)
    assert dark.brightness < plain.brightness / 6
    flat = image_stats.measure(np.full((40, 56, 3), 90, "uint8"))
    assert flat.brightness == 90
    assert flat.contrast == 0


def test_blur_is_measured_at_any_size(coffee):
    blurred = cv2.GaussianBlur(coffee, (0, 0), 4)
    half = cv2.resize(blurred, (300, 200), interpolation=cv2.INTER_AREA)
    assert image_stats.measure(coffee).blur < 1.3
    assert image_stats.measure(blurred).blur > 2
    assert image_stats.measure(half).blur > 1.75


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_large_photo_is_measured_at_reduced_size(
    coffee, tmp_path, orientation
):
    """Orientation 6 is that of a camera that was held upright."""
    large = cv2.resize(coffee, (2400, 1600), interpolation=cv2.INTER_CUBIC)
    picture = PIL.Image.fromarray(large)
    exif = picture.getexif()
    exif[0x0112] = orientation
    path = tmp_path / "large.jpg"
    picture.save(path, quality=95, exif=exif)
    measured = image_stats.measure_file(path)
    size = (2400, 1600) if orientation == 1 else (1600, 2400)
    assert (measured.width, measured.height) == size
    upright = pictures.read_picture(path)
    assert upright.shape[:2] == size[::-1]
    plain = image_stats.measure(upright)
    assert measured.drawn == pytest.approx(plain.drawn, abs=0.03)
    assert measured.blur == pytest.approx(plain.blur, abs=0.1)
    reduced = pictures.read_picture(path, min_side=512)
    assert min(reduced.shape[:2]) == 800
