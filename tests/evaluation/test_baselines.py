import cv2
import numpy as np
import pytest

from cartoongan_tf.analysis import drawn_score
from cartoongan_tf.data import samples
from cartoongan_tf.evaluation import baselines


@pytest.fixture
def photo():
    return samples.read_photos()["astronaut"][::2, 40:400:2]


@pytest.mark.parametrize("name", baselines.BASELINES)
def test_a_baseline_draws_edges_around_flatter_areas(name, photo):
    before = photo.copy()
    cartoon = baselines.BASELINES[name](photo)
    np.testing.assert_array_equal(photo, before)
    assert cartoon.shape == photo.shape
    assert cartoon.dtype == np.uint8
    old, new = drawn_score.line_stats(photo), drawn_score.line_stats(cartoon)
    assert new.edges > 1.2 * old.edges
    assert new.texture < 0.8 * old.texture


@pytest.mark.parametrize("name", baselines.BASELINES)
def test_a_baseline_keeps_colors_where_they_are(name, photo):
    red = photo.copy()
    red[..., 1:] //= 8
    means = baselines.BASELINES[name](red).mean((0, 1))
    assert means[0] > 3 * means[1:].max()


def test_lines_are_darker_than_their_surroundings():
    picture = np.full((48, 64, 3), 180, "uint8")
    cv2.line(picture, (32, 0), (32, 47), (90, 90, 90), 5)
    cartoon = baselines.outline(picture)
    assert not cartoon[:, 31:34].any()
    assert (cartoon[:, :24] == 180).all()
    assert (cartoon[:, 40:] == 180).all()
