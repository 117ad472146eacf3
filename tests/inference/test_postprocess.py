import cv2
import numpy as np
import pytest
import skimage.color

from cartoongan_tf.core import errors
from cartoongan_tf.inference import postprocess


@pytest.fixture
def pair(random):
    """A photo and a darker, redder cartoon, larger than a band."""
    photo = random.integers(60, 200, (37, 53, 3), "uint8")
    cartoon = np.clip(photo // 2 + [60, 0, 10], 0, 255).astype("uint8")
    return photo, cartoon


@pytest.fixture(params=[1_000_000, 500])
def band(request, monkeypatch):
    monkeypatch.setattr(postprocess, "_MAX_BAND_PIXELS", request.param)


@pytest.mark.usefixtures("band")
@pytest.mark.parametrize("strength", [0.0, 0.3, 0.75, 1.0])
def test_strength_is_the_share_of_the_cartoon(pair, strength):
    photo, cartoon = pair
    expected = (1 - strength) * photo + strength * cartoon
    actual = postprocess.Finish(strength)(photo, cartoon.copy())
    assert np.abs(actual - expected).max() <= 0.5 + 1e-6


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_other_strengths_are_rejected(strength):
    with pytest.raises(errors.InputError, match="`strength`="):
        postprocess.Finish(strength)


@pytest.mark.usefixtures("band")
def test_preserved_colors_have_the_statistics_of_the_photo(pair):
    photo, cartoon = pair
    finished = postprocess.Finish(1.0, True)(photo, cartoon.copy())
    for picture, near in ((finished, True), (cartoon, False)):
        ours, theirs = (
            skimage.color.rgb2lab(p).reshape(-1, 3) for p in (picture, photo)
        )
        offset = np.abs(ours.mean(0) - theirs.mean(0)).max()
        ratio = ours.std(0) / theirs.std(0)
        assert (offset < 1) == near
        assert (np.abs(ratio - 1).max() < 0.1) == near


def test_lines_stay_where_they_are(pair):
    photo, _ = pair
    cartoon = np.full_like(photo, 120)
    cartoon[:, 20:24] = 20
    finished = postprocess.Finish(1.0, True)(photo, cartoon.copy())
    gray = cv2.cvtColor(finished, cv2.COLOR_RGB2GRAY).astype(int)
    assert gray[:, 20:24].max() < gray[:, :20].min() - 30


def test_a_flat_picture_is_not_stretched():
    photo = np.random.default_rng(0).integers(0, 256, (20, 30, 3), "uint8")
    flat = np.full((20, 30, 3), 90, "uint8")
    flat[0, 0] = 92
    finished = postprocess.Finish(1.0, True)(photo, flat)
    assert np.ptp(finished.reshape(-1, 3), axis=0).max() < 10


def test_a_photo_stands_at_the_left_of_its_cartoon(pair):
    photo, cartoon = pair
    both = postprocess.beside(photo, cartoon)
    assert both.shape == (37, 106, 3)
    np.testing.assert_array_equal(both[:, :53], photo)
    np.testing.assert_array_equal(both[:, 53:], cartoon)
