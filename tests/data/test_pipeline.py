import dataclasses
import os
import sys

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.data import crop_matching
from cartoongan_tf.data import edge_smoothing
from cartoongan_tf.data import pipeline
from cartoongan_tf.data import stray_strokes
from cartoongan_tf.images import pictures

CROPS = pipeline.Crops(size=32, smallest=0.6, largest=1.0, horizontal_flip=True)
SETTINGS = {"batch_size": 2, "seed": 3, "crops": CROPS}
SMOOTHING = edge_smoothing.Smoothing(100, 200, 5, 5, "gaussian")


@pytest.fixture
def folders(make_folder, open_folder):
    return [
        open_folder(make_folder(name, count))
        for name, count in (("photos", 5), ("cartoons", 3))
    ]


def batches(folders, *steps, smoothing=SMOOTHING, **changes):
    settings = SETTINGS | changes
    dataset = pipeline.training_batches(
        *folders, steps=range(*steps), smoothing=smoothing, **settings
    )
    return list(dataset.as_numpy_iterator())


def test_batches_have_the_shape_and_range_of_the_networks(folders):
    (photos, cartoons, smoothed), *_ = batches(folders, 2)
    for images in (photos, cartoons, smoothed):
        assert images.shape == (2, 32, 32, 3)
        assert images.dtype == np.float32
        assert -1 <= images.min() < -0.5
        assert 0.5 < images.max() <= 1


@pytest.mark.parametrize(
    "smoothing", [SMOOTHING, edge_smoothing.Smoothing(50, 90, 3, 7, "box")]
)
def test_the_smoothed_crop_is_that_of_the_cartoon(folders, smoothing):
    _, cartoons, smoothed = batches(folders, 1, smoothing=smoothing)[0]
    for cartoon, smooth in zip(cartoons, smoothed, strict=True):
        expected = edge_smoothing.smooth_edges(
            pictures.to_pixels(cartoon), smoothing
        )
        np.testing.assert_array_equal(pictures.to_pixels(smooth), expected)
        assert not np.array_equal(cartoon, smooth)


def test_batches_do_not_depend_on_the_first_step(folders):
    late, whole = batches(folders, 4, 6), batches(folders, 6)
    for expected, actual in zip(whole[4:], late, strict=True):
        np.testing.assert_array_equal(actual, expected)


def test_both_phases_get_the_same_photos(folders):
    dataset = pipeline.photo_batches(folders[0], steps=range(2), **SETTINGS)
    photos = list(dataset.as_numpy_iterator())
    assert len(photos) == 2
    np.testing.assert_array_equal(photos[1], batches(folders, 2)[1][0])


@pytest.fixture
def people(make_folder, open_folder):
    return pipeline.People(open_folder(make_folder("people", 4)), 1)


@pytest.fixture
def windows(folders):
    """Thirty crops of the cartoons, in an order of their own."""
    cut = pipeline.cut_windows(folders[1], CROPS, SETTINGS["seed"])
    shares = crop_matching.measure(cut, 30)
    order = np.argsort(shares)
    return crop_matching.Windows(order, shares[order])


@pytest.fixture
def plain(tmp_path, open_folder):
    """Photos and people, each picture of one level of gray."""

    def make(name, levels):
        for level in levels:
            pixels = np.full((40, 56, 3), level, "uint8")
            pictures.write_png(tmp_path / name / f"{level}.png", pixels)
        return open_folder(tmp_path / name)

    return make("plain", [10, 20, 30]), make("faces", [200, 210, 220, 230, 240])


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_people_come_last_in_each_batch(plain, count):
    photos, faces = plain
    dataset = pipeline.photo_batches(
        photos,
        steps=range(10),
        people=pipeline.People(faces, count),
        **SETTINGS | {"batch_size": 4},
    )
    levels = np.stack(list(dataset.as_numpy_iterator()))[:, :, 0, 0, 0]
    levels = np.round((levels + 1) * 127.5).astype(int)
    assert (levels[:, : 4 - count] < 100).all()
    assert (levels[:, 4 - count :] >= 200).all()
    seen = levels[:, 4 - count :].ravel()
    for begin in range(0, len(seen) - 4, 5):
        assert len(set(seen[begin : begin + 5])) == 5
    seen = levels[:, : 4 - count].ravel()
    for begin in range(0, len(seen) - 2, 3):
        assert len(set(seen[begin : begin + 3])) == 3


def test_people_do_not_change_the_cartoons(folders, people):
    with_them, without = batches(folders, 2, people=people), batches(folders, 2)
    for i in (1, 2):
        np.testing.assert_array_equal(with_them[1][i], without[1][i])


def test_each_photo_gets_a_window_that_matches(folders, windows):
    """Windows equal the measured ones bit for bit, or are flipped."""
    cut = pipeline.cut_windows(folders[1], CROPS, SETTINGS["seed"])
    known = {
        cut(tf.constant(n, tf.int64)).numpy().tobytes(): n for n in range(30)
    }
    near = crop_matching.Windows(windows.numbers[:2], windows.shares[:2])
    mirrored = []
    for _, cartoons, smoothed in batches(folders, 12, windows=near):
        for cartoon, smooth in zip(cartoons, smoothed, strict=True):
            pixels = pictures.to_pixels(cartoon).numpy()
            mirrored.append(pixels.tobytes() not in known)
            if mirrored[-1]:
                pixels = pixels[:, ::-1]
            assert known[pixels.tobytes()] in near.numbers
            expected = edge_smoothing.smooth_edges(
                pictures.to_pixels(cartoon), SMOOTHING
            )
            np.testing.assert_array_equal(pictures.to_pixels(smooth), expected)
    assert 4 < sum(mirrored) < 20


def test_matched_crops_are_flipped_only_with_horizontal_flip(folders, windows):
    crops = dataclasses.replace(CROPS, horizontal_flip=False)
    cut = pipeline.cut_windows(folders[1], crops, SETTINGS["seed"])
    known = {cut(tf.constant(n, tf.int64)).numpy().tobytes() for n in range(30)}
    for _, cartoons, _ in batches(folders, 6, windows=windows, crops=crops):
        for cartoon in cartoons:
            assert pictures.to_pixels(cartoon).numpy().tobytes() in known


def test_crops_match_the_edge_share_of_the_photo(plain, folders):
    """Flat photos get the flattest of 200 windows, noisy ones the others."""
    crops = dataclasses.replace(CROPS, horizontal_flip=False)
    cut = pipeline.cut_windows(folders[1], crops, SETTINGS["seed"])
    rising = crop_matching.Windows(
        np.arange(200), np.linspace(0.001, 0.1, 200).astype("float32")
    )
    known = [
        cut(tf.constant(n, tf.int64)).numpy().tobytes() for n in range(200)
    ]
    for photos, near in ((plain[0], known[:51]), (folders[0], known[149:])):
        pair = (photos, folders[1])
        for _, cartoons, _ in batches(pair, 8, windows=rising, crops=crops):
            for cartoon in cartoons:
                assert pictures.to_pixels(cartoon).numpy().tobytes() in near


def test_some_negatives_have_strokes_instead_of_smoothed_edges(folders):
    stray = batches(folders, 40, stray_share=0.3)
    count = 0
    for number, (_, cartoons, negatives) in enumerate(stray):
        for i, (cartoon, negative) in enumerate(
            zip(cartoons, negatives, strict=True)
        ):
            pixels = pictures.to_pixels(cartoon)
            smooth = edge_smoothing.smooth_edges(pixels, SMOOTHING)
            actual = pictures.to_pixels(negative)
            if not np.array_equal(actual, smooth):
                count += 1
                seed = (-5 * SETTINGS["seed"] - 5, 2 * number + i)
                expected = stray_strokes.add_strokes(pixels, seed)
                np.testing.assert_array_equal(actual, expected)
    assert 12 < count < 36


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_stray_share_may_be_zero_or_one(folders, share):
    for _, cartoons, negatives in batches(folders, 6, stray_share=share):
        for cartoon, negative in zip(cartoons, negatives, strict=True):
            smooth = edge_smoothing.smooth_edges(
                pictures.to_pixels(cartoon), SMOOTHING
            )
            is_smooth = np.array_equal(pictures.to_pixels(negative), smooth)
            assert is_smooth == (share == 0)


def test_all_options_together_do_not_depend_on_the_first_step(
    folders, people, windows
):
    settings = {"people": people, "windows": windows, "stray_share": 0.5}
    late = batches(folders, 3, 6, **settings)
    whole = batches(folders, 6, **settings)
    for expected, actual in zip(whole[3:], late, strict=True):
        np.testing.assert_array_equal(actual, expected)
    other = batches(folders, 3, 6, **settings, seed=4)
    assert not np.array_equal(other[0], late[0])


def test_the_seed_changes_the_batches(folders):
    same, other = batches(folders, 1), batches(folders, 1, seed=4)
    assert not np.array_equal(same[0][0], other[0][0])
    assert not np.array_equal(same[0][1], other[0][1])


@pytest.mark.parametrize("count", [1, 2, 7])
def test_each_epoch_shows_every_picture_once(count):
    picked = [
        int(pipeline.shuffled_index(count, tf.constant(number, tf.int64), 5))
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
            pipeline.random_crop(tf.constant(picture), crops, (7, number))
            for number in range(count)
        ]
    ).astype(int)


def test_crops_have_random_positions_and_sizes():
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


def test_half_of_the_crops_are_flipped_with_horizontal_flip():
    is_mirrored = [c[0, 0, 0] > c[0, -1, 0] for c in crops_of_a_ramp(200)]
    assert 0.35 < np.mean(is_mirrored) < 0.65
    for crop in crops_of_a_ramp(30, horizontal_flip=False):
        assert crop[0, 0, 0] < crop[0, -1, 0]


def test_the_smallest_crop_can_be_the_largest():
    for crop in crops_of_a_ramp(20, smallest=1.0):
        assert crop[-1, 0, 1] - crop[0, 0, 1] >= 56


@pytest.mark.parametrize("largest", [0.7, 0.9])
def test_no_crop_is_larger_than_the_largest(largest):
    """A crop's range is smaller than its side, by the loss of resizing."""
    crops = crops_of_a_ramp(200, largest=largest)
    heights = crops[:, -1, 0, 1] - crops[:, 0, 0, 1]
    assert heights.max() <= 60 * largest
    assert heights.max() >= 60 * largest - 5
    assert heights.min() >= 32


@pytest.mark.parametrize("largest", [0.2, 1.0])
def test_crops_of_large_pictures_are_not_upscaled(largest):
    rows, columns = np.mgrid[:60, :90]
    picture = tf.constant(np.stack([columns, rows, rows], -1).astype("uint8"))
    crops = pipeline.Crops(
        size=50, smallest=0.1, largest=largest, horizontal_flip=False
    )
    for number in range(20):
        crop = pipeline.random_crop(picture, crops, (1, number)).numpy()
        assert int(crop[-1, 0, 1]) - int(crop[0, 0, 1]) >= 48


@pytest.mark.slow
@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="cores are given on Linux only"
)
def test_batches_do_not_depend_on_the_number_of_cores(make_folder, run_command):
    """One core against all, each in a process of its own."""
    folders = [
        make_folder(name, count)
        for name, count in (("photos", 5), ("cartoons", 3), ("people", 3))
    ]
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
import numpy as np
cores = int(sys.argv[1])
os.sched_setaffinity(0, range(cores))
from cartoongan_tf.data import (
    crop_matching, edge_smoothing, folder_scan, image_source, pipeline
)
photos, cartoons, people = [
    image_source.open_source(folder_scan.scan_folder(name, "dir"), "none")
    for name in sys.argv[2:]
]
crops = pipeline.Crops(48, 0.6, 1.0, True)
shares = crop_matching.measure(pipeline.cut_windows(cartoons, crops, 1), 60)
order = np.argsort(shares, kind="stable")
batches = pipeline.training_batches(
    photos,
    cartoons,
    steps=range(12),
    batch_size=4,
    seed=1,
    crops=crops,
    people=pipeline.People(people, 1),
    windows=crop_matching.Windows(order, shares[order]),
    stray_share=0.5,
    smoothing=edge_smoothing.Smoothing(100, 200, 5, 5, "gaussian"),
)
digest = hashlib.sha256()
for triple in batches.as_numpy_iterator():
    for images in triple:
        digest.update(images.tobytes())
print(digest.hexdigest())
"""


def test_center_crop_keeps_the_center():
    image = np.zeros((10, 30, 3), "uint8")
    image[:, 10:20] = 200
    np.testing.assert_array_equal(
        pipeline.center_crop(image, 5), np.full((5, 5, 3), 200)
    )
