import cv2
import numpy as np
import pytest

from cartoongan_tf.data import synthetic_scenes


@pytest.fixture(scope="module")
def pictures():
    return np.stack([synthetic_scenes.draw_scene(seed) for seed in range(300)])


@pytest.fixture(scope="module")
def luminance(pictures):
    return np.stack([cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in pictures])


@pytest.mark.parametrize("size", [64, 150])
def test_scenes_have_the_requested_size(size):
    for seed in range(30):
        scene = synthetic_scenes.draw_scene(seed, size=size)
        assert scene.shape == (size, size, 3)
        assert scene.dtype == np.uint8


def test_the_same_seed_draws_the_same_scene(pictures):
    np.random.seed(0)  # nothing may depend on it
    for seed in (7, 3):  # in another order than before
        np.testing.assert_array_equal(
            synthetic_scenes.draw_scene(seed), pictures[seed]
        )


def test_three_hundred_scenes_are_all_distinct(pictures):
    assert len({picture.tobytes() for picture in pictures}) == 300
    thumbnails = np.stack(
        [
            cv2.resize(p, (16, 16), interpolation=cv2.INTER_AREA)
            for p in pictures
        ]
    ).astype(int)
    for index, thumbnail in enumerate(thumbnails[:-1]):
        others = thumbnails[index + 1 :]
        assert np.abs(others - thumbnail).mean(axis=(1, 2, 3)).min() > 8


def test_scenes_cover_dark_and_bright(luminance):
    means = luminance.mean(axis=(1, 2))
    low, high = np.percentile(means, (5, 95))
    assert 80 < low < 100
    assert 150 < high < 190


def test_scenes_are_flat(pictures):
    down = (pictures[:, 1:, 1:] == pictures[:, :-1, 1:]).all(axis=-1)
    across = (pictures[:, 1:, 1:] == pictures[:, 1:, :-1]).all(axis=-1)
    shares = (down & across).mean(axis=(1, 2))
    assert shares.mean() > 0.7
    assert shares.min() > 0.6


def test_scenes_are_outlined(luminance):
    edges = np.stack([cv2.Canny(p, 100, 200) > 0 for p in luminance])
    assert edges.mean(axis=(1, 2)).min() > 0.02
    darkest = np.stack([cv2.erode(p, np.ones((5, 5))) for p in luminance])
    assert (darkest[edges] < 45).mean() > 0.85


@pytest.mark.parametrize("size", [-1, 10, 63])
def test_too_small_a_size_is_an_error(size):
    with pytest.raises(ValueError, match=rf"`size` must be >= 64, .* {size}\."):
        synthetic_scenes.draw_scene(0, size=size)
