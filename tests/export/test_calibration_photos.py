import numpy as np
import pytest

from cartoongan_tf.core import choices
from cartoongan_tf.core import errors
from cartoongan_tf.export import calibration_photos
from cartoongan_tf.export import options
from cartoongan_tf.images import pictures


def test_photos_of_a_folder_are_read_wherever_they_lie(make_folder, tmp_path):
    make_folder("photos/deep", count=2)
    (tmp_path / "photos/notes.txt").write_text("none")
    found = calibration_photos.read("photos", str(tmp_path / "photos"))
    paths = sorted((tmp_path / "photos/deep").iterdir())
    for photo, path in zip(found, paths, strict=True):
        np.testing.assert_array_equal(photo, pictures.read_picture(path))


def test_of_many_a_few_are_taken_from_all_parts(make_folder):
    folder = make_folder("photos", count=40, height=17, width=19)
    found = calibration_photos.read("photos", str(folder))
    paths = sorted(folder.iterdir())
    assert len(found) == options.MAX_PHOTOS
    for index, place in ((0, 0), (8, 20), (15, 37)):
        photo = pictures.read_picture(paths[place])
        np.testing.assert_array_equal(found[index], photo)


def test_the_sample_needs_no_folder():
    assert len(calibration_photos.read("photos", choices.SAMPLE_PHOTOS)) == 6


def test_no_photos_is_an_error(tmp_path):
    with pytest.raises(errors.InputError, match=r"`photos`=.* no pictures"):
        calibration_photos.read("photos", str(tmp_path))
