import os

import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

from cartoongan_tf.core import errors
from cartoongan_tf.data import folder_scan
from cartoongan_tf.data import image_source
from cartoongan_tf.images import pictures


@pytest.fixture
def folder(make_folder):
    """Pictures of two sizes, one of them with transparency."""
    folder = make_folder("photos", 3)
    PIL.Image.new("RGBA", (20, 10), (9, 8, 7, 99)).save(folder / "clear.png")
    return folder


@pytest.fixture(params=["none", "memory", "folder"])
def cache(request, tmp_path):
    return str(tmp_path / "c") if request.param == "folder" else request.param


@pytest.fixture
def make_change(tmp_path):
    """Makes changes that add something to each picture, and are counted."""

    def make(amount):
        def apply(picture):
            calls.append(amount)
            return picture + np.uint8(amount)

        calls = []
        change = image_source.Transform(
            f"plus {amount}", apply, "Adding", tmp_path / "changed"
        )
        return change, calls

    return make


def read_all(source):
    numbers = tf.data.Dataset.range(len(source))
    return list(numbers.map(source.read).as_numpy_iterator())


def test_every_cache_gives_the_same_pictures(folder, cache, open_folder):
    source = open_folder(folder, cache)
    expected = [pictures.read_picture(path) for path in source.paths]
    assert {picture.shape for picture in expected} == {(40, 56, 3), (10, 20, 3)}
    for actual, picture in zip(read_all(source), expected, strict=True):
        np.testing.assert_array_equal(actual, picture)


@pytest.mark.parametrize("cache", ["memory", "folder"], indirect=True)
def test_cached_pictures_are_not_decoded_again(folder, cache, open_folder):
    before = read_all(open_folder(folder, cache))
    source = open_folder(folder, cache)
    for path in source.paths:
        path.unlink()
    for expected, actual in zip(before, read_all(source), strict=True):
        np.testing.assert_array_equal(actual, expected)


def test_a_cache_folder_is_shared_by_runs(folder, tmp_path, open_folder):
    open_folder(folder, str(tmp_path / "c"))
    first = {p: p.stat().st_mtime_ns for p in (tmp_path / "c").iterdir()}
    assert len(first) == 4
    open_folder(folder, str(tmp_path / "c"))
    again = {p: p.stat().st_mtime_ns for p in (tmp_path / "c").iterdir()}
    assert again == first


def test_a_damaged_or_missing_copy_is_named(folder, tmp_path, open_folder):
    source = open_folder(folder, str(tmp_path / "c"))
    assert source.first_damaged() is None
    first, *_, last = source.copies
    last.unlink()
    assert f"{last}, which holds a decoded" in str(source.first_damaged())
    first.write_bytes(first.read_bytes()[:-1])
    assert f"{first}, which holds a decoded" in str(source.first_damaged())


def test_links_to_one_picture_are_cached_once(folder, tmp_path, open_folder):
    for number in range(10, 30):
        (folder / f"{number}.png").symlink_to(folder / "0.png")
    assert len(read_all(open_folder(folder, str(tmp_path / "c")))) == 24
    assert len(list((tmp_path / "c").iterdir())) == 4


def test_a_changed_picture_is_cached_again(folder, tmp_path, open_folder):
    open_folder(folder, str(tmp_path / "c"))
    pixels = np.full((40, 56, 3), 7, "uint8")
    pictures.write_png(folder / "0.png", pixels)
    os.utime(folder / "0.png", ns=(1, 1))
    source = open_folder(folder, str(tmp_path / "c"))
    np.testing.assert_array_equal(read_all(source)[0], pixels)


@pytest.mark.parametrize("cache", ["memory", "folder"], indirect=True)
def test_a_cache_that_does_not_fit_is_an_error(folder, cache):
    found = folder_scan.scan_folder(folder, "photo_dir")
    huge = found.headers[0]._replace(width=10**9, height=10**9)
    found.headers[0] = huge
    with pytest.raises(errors.InputError, match="GB are free"):
        image_source.open_source(found, cache)


def test_file_names_that_are_not_text_are_read(folder, cache, open_folder):
    """Linux allows any bytes in a name."""
    os.rename(folder / "0.png", os.fsencode(folder) + b"/\xff.png")
    source = open_folder(folder, cache)
    assert len(read_all(source)) == 4


def test_a_transform_is_applied_once_with_any_cache(folder, cache, make_change):
    scan = folder_scan.scan_folder(folder, "dir")
    change, calls = make_change(7)
    for _ in range(2):
        source = image_source.open_source(scan, cache, change)
        for _ in range(2):
            for path, actual in zip(
                source.paths, read_all(source), strict=True
            ):
                expected = pictures.read_picture(path) + np.uint8(7)
                np.testing.assert_array_equal(actual, expected)
    assert calls == [7] * 4
    assert source.paths == scan.paths


def test_copies_of_another_transform_are_not_used(folder, cache, make_change):
    scan = folder_scan.scan_folder(folder, "dir")
    plain = read_all(image_source.open_source(scan, cache))
    for amount in (1, 2):
        change, calls = make_change(amount)
        source = image_source.open_source(scan, cache, change)
        assert len(calls) == 4
        for before, after in zip(plain, read_all(source), strict=True):
            np.testing.assert_array_equal(after, before + np.uint8(amount))
    again = read_all(image_source.open_source(scan, cache))
    for before, after in zip(plain, again, strict=True):
        np.testing.assert_array_equal(after, before)


def test_transformed_pictures_are_kept_in_the_cache_or_their_own_folder(
    folder, cache, make_change, tmp_path
):
    scan = folder_scan.scan_folder(folder, "dir")
    image_source.open_source(scan, cache, make_change(1)[0])
    is_named = cache not in ("none", "memory")
    assert (tmp_path / "changed").exists() != is_named
    kept = tmp_path / ("c" if is_named else "changed")
    assert len(list(kept.iterdir())) == 4


def test_a_transform_without_space_does_not_suggest_no_cache(
    folder, make_change
):
    found = folder_scan.scan_folder(folder, "cartoon_dir")
    found.headers[0] = found.headers[0]._replace(width=10**9, height=10**9)
    with pytest.raises(errors.InputError, match=r"disk with `cache`\.$"):
        image_source.open_source(found, "none", make_change(1)[0])
