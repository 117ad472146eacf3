import dataclasses

import numpy as np
import pytest

from cartoongan_tf.data import crop_matching
from cartoongan_tf.training import batches
from cartoongan_tf.training import config
from cartoongan_tf.training import runs


@pytest.fixture
def settings(make_folder, tmp_path, monkeypatch):
    """Settings of a run with all that is new to batches, and few windows."""
    monkeypatch.setattr(crop_matching, "_MIN_WINDOWS", 60)
    return config.TrainConfig(
        str(make_folder("photos", 5)),
        str(make_folder("cartoons", 3)),
        str(tmp_path / "run"),
        people_dir=str(make_folder("people", 4)),
        match_crops=True,
        stray_share=0.5,
        image_size=32,
        batch_size=4,
        check_data=False,
    )


def adversarial(settings, *steps):
    run = runs.open_run(settings)
    return list(batches.adversarial(run, range(*steps)).as_numpy_iterator())


def test_a_resumed_run_sees_the_batches_of_an_uninterrupted_one(settings):
    whole = adversarial(settings, 6)
    late = adversarial(settings, 3, 6)
    for expected, actual in zip(whole[3:], late, strict=True):
        np.testing.assert_array_equal(actual, expected)


def test_both_phases_see_the_same_photos(settings):
    run = runs.open_run(settings)
    photos = list(batches.warm_up(run, range(3)).as_numpy_iterator())
    for expected, actual in zip(adversarial(settings, 3), photos, strict=True):
        np.testing.assert_array_equal(actual, expected[0])


def test_each_setting_changes_its_part_of_the_batch(settings):
    photos, cartoons, negatives = zip(*adversarial(settings, 2), strict=True)
    for changes, is_same in (
        ({"match_crops": False}, (True, False, False)),
        ({"people_share": 0.5}, (False, False, False)),
        ({"stray_share": 0.0}, (True, True, False)),
    ):
        other = dataclasses.replace(
            settings, workdir=settings.workdir + str(changes), **changes
        )
        found = zip(*adversarial(other, 2), strict=True)
        for before, after, same in zip(
            (photos, cartoons, negatives), found, is_same, strict=True
        ):
            assert np.array_equal(before, after) == same


def test_the_other_photos_are_those_of_a_smaller_batch(settings, tmp_path):
    """Two of four are people, so that the first two are what two would be."""
    mixed = dataclasses.replace(settings, people_share=0.6)
    plain = dataclasses.replace(
        settings, people_dir=None, batch_size=2, workdir=str(tmp_path / "plain")
    )
    for batch, expected in zip(
        batches.warm_up(runs.open_run(mixed), range(3)).as_numpy_iterator(),
        batches.warm_up(runs.open_run(plain), range(3)).as_numpy_iterator(),
        strict=True,
    ):
        np.testing.assert_array_equal(batch[:2], expected)


def windows_of(settings, **changes):
    other = dataclasses.replace(settings, **changes)
    return batches.cartoon_windows(runs.open_run(other))


def test_windows_are_measured_once_per_run(settings, monkeypatch):
    first = windows_of(settings)
    measured = []

    def measure(cut, count, most_white):
        measured.append(count)
        return np.zeros(count, "float32")

    monkeypatch.setattr(crop_matching, "measure", measure)
    again = windows_of(settings)
    np.testing.assert_array_equal(again.numbers, first.numbers)
    np.testing.assert_array_equal(again.shares, first.shares)
    assert measured == []
    for changes in (
        {"seed": 1},
        {"largest_crop": 0.9},
        {"image_size": 40},
        {"most_white": 0.5},
    ):
        windows_of(settings, **changes)
        assert measured.pop() == 60
    path = next(iter(runs.open_run(settings).cartoons.paths))
    path.write_bytes(path.read_bytes() + b" ")
    windows_of(settings)
    assert measured


def test_no_windows_without_match_crops(settings):
    assert windows_of(settings, match_crops=False) is None
    run = runs.open_run(settings)
    assert not (run.workdir / "windows.npz").exists()
