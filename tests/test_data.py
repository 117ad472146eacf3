import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf import data
from cartoongan_tf import edges
from cartoongan_tf import pictures

SETTINGS = {"image_size": 32, "batch_size": 2, "seed": 3}


@pytest.fixture
def folders(make_folder):
    return [
        pictures.list_pictures(make_folder(name, count), "--dir")
        for name, count in (("photos", 5), ("cartoons", 3))
    ]


def batches(folders, *steps, **changes):
    settings = SETTINGS | changes
    dataset = data.training_batches(*folders, steps=range(*steps), **settings)
    return list(dataset.as_numpy_iterator())


def test_batches_are_what_the_networks_take(folders):
    (photos, cartoons, smoothed), *_ = batches(folders, 2)
    for images in (photos, cartoons, smoothed):
        assert images.shape == (2, 32, 32, 3)
        assert images.dtype == np.float32
        assert -1 <= images.min() < -0.5
        assert 0.5 < images.max() <= 1


def test_the_smoothed_crop_is_the_cartoons_own(folders):
    _, cartoons, smoothed = batches(folders, 1)[0]
    for cartoon, smooth in zip(cartoons, smoothed, strict=True):
        expected = edges.smooth_edges(pictures.to_pixels(cartoon))
        np.testing.assert_array_equal(pictures.to_pixels(smooth), expected)
        assert not np.array_equal(cartoon, smooth)


def test_a_step_gives_the_same_batch_wherever_it_begins(folders):
    late, whole = batches(folders, 4, 6), batches(folders, 6)
    for expected, actual in zip(whole[4:], late, strict=True):
        np.testing.assert_array_equal(actual, expected)


def test_warm_up_sees_photos_as_the_other_phase_does(folders):
    dataset = data.photo_batches(folders[0], steps=range(2), **SETTINGS)
    photos = list(dataset.as_numpy_iterator())
    assert len(photos) == 2
    np.testing.assert_array_equal(photos[1], batches(folders, 2)[1][0])


def test_another_seed_gives_other_batches(folders):
    same, other = batches(folders, 1), batches(folders, 1, seed=4)
    assert not np.array_equal(same[0][0], other[0][0])
    assert not np.array_equal(same[0][1], other[0][1])


@pytest.mark.parametrize("count", [1, 2, 7])
def test_each_pass_shows_every_picture_once(count):
    paths = tf.constant([str(number) for number in range(count)])
    picked = [
        data.pick(paths, tf.constant(number, tf.int64), 5).numpy()
        for number in range(3 * count)
    ]
    passes = [picked[i : i + count] for i in range(0, 3 * count, count)]
    assert all(sorted(p) == sorted(paths.numpy()) for p in passes)
    assert count < 7 or len({tuple(p) for p in passes}) == 3


def test_crops_differ_in_place_scale_and_side(tmp_path):
    """A picture whose colors tell where a crop lies."""
    across = np.tile(np.linspace(0, 255, 96), (64, 1))
    down = np.tile(np.linspace(0, 255, 64)[:, None], (1, 96))
    picture = np.stack([across, down, 0 * across], -1).astype("uint8")
    pictures.write_png(tmp_path / "ramp.png", picture)
    folders = [[tmp_path / "ramp.png"]] * 2
    crops = np.concatenate([b[0] for b in batches(folders, 40)])
    width = np.abs(crops[:, :, -1, 0] - crops[:, :, 0, 0]).mean(1)
    is_mirrored = crops[:, 0, 0, 0] > crops[:, 0, -1, 0]
    assert 0.2 < is_mirrored.mean() < 0.8
    assert width.min() < 0.75 * width.max()
    assert crops[:, 0].max(axis=(1, 2)).std() > 0.05


def test_center_crop_keeps_the_middle():
    image = np.zeros((10, 30, 3), "uint8")
    image[:, 10:20] = 200
    np.testing.assert_array_equal(
        data.center_crop(image, 5), np.full((5, 5, 3), 200)
    )
