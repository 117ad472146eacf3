import sys

import numpy as np
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.data import folder_scan
from cartoongan_tf.data import samples


def test_photos_are_color_pictures():
    photos = samples.read_photos()
    assert len(photos) >= 5
    for pixels in photos.values():
        assert pixels.dtype == np.uint8
        assert pixels.shape[2] == 3
        assert np.ptp(pixels.astype(int), axis=2).mean() > 5


def test_a_missing_scikit_image_is_an_error_with_a_fix(monkeypatch):
    monkeypatch.setitem(sys.modules, "skimage.data", None)
    with pytest.raises(errors.InputError, match=r"pip install '\.\[samples\]'"):
        samples.read_photos()


def test_a_sample_is_written_once(tmp_path):
    folder = samples.resolve_folder("sample:photos", tmp_path, "photo_dir")
    paths = folder_scan.scan_folder(folder, "photo_dir").paths
    assert {path.stem for path in paths} == set(samples.read_photos())
    written = [path.stat().st_mtime_ns for path in paths]
    samples.resolve_folder("sample:photos", tmp_path, "photo_dir")
    assert [path.stat().st_mtime_ns for path in paths] == written


def test_there_are_at_least_three_hundred_scenes(tmp_path):
    folder = samples.resolve_folder("sample:scenes", tmp_path, "cartoon_dir")
    paths = folder_scan.scan_folder(folder, "cartoon_dir").paths
    assert len({path.read_bytes() for path in paths}) >= 300


def test_other_folders_are_returned_unchanged(tmp_path):
    folder = samples.resolve_folder("my/photos", tmp_path, "photo_dir")
    assert str(folder) == "my/photos"
    assert not any(tmp_path.iterdir())


def test_an_unknown_sample_is_an_error(tmp_path):
    with pytest.raises(errors.InputError, match="`photo_dir`=sample:cats"):
        samples.resolve_folder("sample:cats", tmp_path, "photo_dir")
