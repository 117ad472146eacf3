import dataclasses
import os
import sys

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf import data
from cartoongan_tf import edges
from cartoongan_tf import pictures

CROPS = data.Crops(size=32, smallest=0.6, largest=1.0, mirror=True)
SETTINGS = {"batch_size": 2, "seed": 3, "crops": CROPS}
SMOOTHING = edges.Smoothing(100, 200, 5, 5, "gaussian")


@pytest.fixture
def folders(make_folder, open_folder):
    return [
        open_folder(make_folder(name, count))
        for name, count in (("photos", 5), ("cartoons", 3))
    ]


def batches(folders, *steps, smoothing=SMOOTHING, **changes):
    settings = SETTINGS | changes
    dataset = data.training_batches(
        *folders, steps=range(*steps), smoothing=smoothing, **settings
    )
    return list(dataset.as_numpy_iterator())


def test_batches_are_what_the_networks_take(folders):
    (photos, cartoons, smoothed), *_ = batches(folders, 2)
    for images in (photos, cartoons, smoothed):
        assert images.shape == (2, 32, 32, 3)
        assert images.dtype == np.float32
        assert -1 <= images.min() < -0.5
        assert 0.5 < images.max() <= 1


@pytest.mark.parametrize(
    "smoothing", [SMOOTHING, edges.Smoothing(50, 90, 3, 7, "box")]
)
def test_the_smoothed_crop_is_the_cartoons_own(folders, smoothing):
    _, cartoons, smoothed = batches(folders, 1, smoothing=smoothing)[0]
    for cartoon, smooth in zip(cartoons, smoothed, strict=True):
        expected = edges.smooth_edges(pictures.to_pixels(cartoon), smoothing)
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
    picked = [
        int(data.pick(count, tf.constant(number, tf.int64), 5))
        for number in range(3 * count)
    ]
    passes = [picked[i : i + count] for i in range(0, 3 * count, count)]
    assert all(sorted(p) == list(range(count)) for p in passes)
    assert count < 7 or len({tuple(p) for p in passes}) == 3


def crops_of_a_ramp(count, **changes):
    """Crops of a picture whose colors tell where they lie.

    Red counts its columns and green its rows, so that a crop's colors are its
    place, and what they rise by is its side. It is 90 wide and 60 high.
    """
    rows, columns = np.mgrid[:60, :90]
    picture = np.stack([columns, rows, 0 * rows], -1).astype("uint8")
    crops = dataclasses.replace(CROPS, size=20, **changes)
    return np.stack(
        [
            data.random_crop(tf.constant(picture), crops, (7, number))
            for number in range(count)
        ]
    ).astype(int)


def test_crops_lie_anywhere_and_have_all_sides_from_the_smallest():
    crops = crops_of_a_ramp(300)
    height = crops[:, -1, 0, 1] - crops[:, 0, 0, 1]
    assert 32 <= height.min() <= 36
    assert 56 <= height.max() <= 60
    left = crops[:, 0, :, 0].min(axis=1)
    right = crops[:, 0, :, 0].max(axis=1)
    assert left.min() <= 2
    assert right.max() >= 87
    assert crops[:, 0, 0, 1].min() <= 1
    assert crops[:, -1, 0, 1].max() >= 58


def test_half_of_the_crops_are_mirrored_unless_none_is_to_be():
    is_mirrored = [c[0, 0, 0] > c[0, -1, 0] for c in crops_of_a_ramp(200)]
    assert 0.35 < np.mean(is_mirrored) < 0.65
    for crop in crops_of_a_ramp(30, mirror=False):
        assert crop[0, 0, 0] < crop[0, -1, 0]


def test_the_smallest_crop_can_be_the_largest():
    for crop in crops_of_a_ramp(20, smallest=1.0):
        assert crop[-1, 0, 1] - crop[0, 0, 1] >= 56


@pytest.mark.parametrize("largest", [0.7, 0.9])
def test_no_crop_is_larger_than_the_largest(largest):
    """What a crop rises by falls short of its side by what resizing takes."""
    crops = crops_of_a_ramp(200, largest=largest)
    heights = crops[:, -1, 0, 1] - crops[:, 0, 0, 1]
    assert heights.max() <= 60 * largest
    assert heights.max() >= 60 * largest - 5
    assert heights.min() >= 32


@pytest.mark.parametrize("largest", [0.2, 1.0])
def test_crops_are_not_enlarged_where_the_picture_suffices(largest):
    rows, columns = np.mgrid[:60, :90]
    picture = tf.constant(np.stack([columns, rows, rows], -1).astype("uint8"))
    crops = data.Crops(size=50, smallest=0.1, largest=largest, mirror=False)
    for number in range(20):
        crop = data.random_crop(picture, crops, (1, number)).numpy()
        assert int(crop[-1, 0, 1]) - int(crop[0, 0, 1]) >= 48


@pytest.mark.slow
@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="cores are given on Linux only"
)
def test_batches_do_not_depend_on_the_number_of_cores(make_folder, run_command):
    """One core against all, each in a process of its own."""
    folders = [make_folder("photos", 5), make_folder("cartoons", 3)]
    digests = {
        run_command(
            sys.executable, "-c", _DIGEST, str(cores), *map(str, folders)
        ).stdout
        for cores in (1, os.cpu_count())
    }
    assert len(digests) == 1
    assert len(digests.pop()) == 65


_DIGEST = """
import hashlib, os, sys
cores = int(sys.argv[1])
os.sched_setaffinity(0, range(cores))
from cartoongan_tf import data, edges, inventories, sources
folders = [
    sources.open_source(inventories.take_inventory(name, "--dir"), "none")
    for name in sys.argv[2:]
]
batches = data.training_batches(
    *folders,
    steps=range(12),
    batch_size=4,
    seed=1,
    crops=data.Crops(48, 0.6, 1.0, True),
    smoothing=edges.Smoothing(100, 200, 5, 5, "gaussian"),
)
digest = hashlib.sha256()
for triple in batches.as_numpy_iterator():
    for images in triple:
        digest.update(images.tobytes())
print(digest.hexdigest())
"""


def test_center_crop_keeps_the_middle():
    image = np.zeros((10, 30, 3), "uint8")
    image[:, 10:20] = 200
    np.testing.assert_array_equal(
        data.center_crop(image, 5), np.full((5, 5, 3), 200)
    )
