import numpy as np
import pytest

from cartoongan_tf.analysis import details


def waves(length, contrast=40.0, phase=0.0):
    """Vertical bars of `length` pixels a period."""
    angle = 2 * np.pi * (np.arange(120) / length + phase)
    row = np.round(128 + contrast * np.sin(angle)).astype("uint8")
    return np.broadcast_to(row[None, :, None], (96, 120, 3)).copy()


def kept(photo, cartoon):
    found = details.compare(photo, cartoon)
    return found.total / found.pixels


@pytest.fixture
def photo():
    return waves(8)


def test_a_photo_keeps_its_own_details(photo):
    assert kept(photo, photo) == pytest.approx(1, abs=1e-5)


def test_contrast_and_brightness_do_not_matter(photo):
    assert kept(photo, photo // 2 + 90) == pytest.approx(1, abs=0.01)


def test_dissolved_details_are_lost(photo):
    flat = np.full_like(photo, 128)
    assert kept(photo, flat) == pytest.approx(0, abs=1e-6)
    # 0.7 levels, root mean square, where 2 are seen.
    assert kept(photo, waves(8, contrast=1.6)) == pytest.approx(0.37, abs=0.1)


def test_inverted_details_are_worse_than_lost_ones(photo):
    assert kept(photo, 255 - photo) == pytest.approx(-1, abs=0.01)
    assert kept(photo, waves(8, phase=0.25)) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(("length", "seen"), [(6, 1), (12, 1), (80, 0)])
def test_details_are_two_to_eight_pixels_wide(length, seen):
    found = details.compare(waves(length), waves(length))
    inside = 96 * 120
    assert found.pixels > 0.8 * inside if seen else found.pixels == 0


def test_noise_of_single_pixels_does_not_hide_them(photo, random):
    noisy = photo + random.integers(-12, 13, photo.shape[:2])[..., None]
    assert kept(photo, noisy.astype("uint8")) > 0.95


def test_all_details_have_equal_weight():
    """The strong bars on the left do not outweigh the weak ones."""
    photo, cartoon = waves(8, 100), waves(8, 100)
    photo[:, 60:] = waves(8, 25)[:, 60:]
    cartoon[:, 60:] = 128
    assert kept(photo, cartoon) == pytest.approx(0.5, abs=0.1)


def test_flat_areas_have_no_details(photo):
    assert details.compare(np.full_like(photo, 90), photo) == (0, 0)
