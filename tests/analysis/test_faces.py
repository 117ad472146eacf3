import sys

import pytest

from cartoongan_tf.analysis import faces
from cartoongan_tf.data import pipeline
from cartoongan_tf.data import samples
from cartoongan_tf.evaluation import evaluator

BOX = faces.Box(10, 20, 40, 60)


@pytest.fixture(scope="module")
def detector():
    return faces.load_detector()


@pytest.fixture(scope="module")
def photos():
    return samples.read_photos()


@pytest.mark.parametrize("size", [256, 512])
def test_the_face_of_a_photo_is_located(detector, photos, size):
    crop = pipeline.center_crop(photos["astronaut"], size).numpy()
    face, *_ = detector(crop)
    # Eyes and mouth of the astronaut, as shares of the picture's sides.
    for across, down in ((0.40, 0.22), (0.47, 0.22), (0.44, 0.31)):
        assert face.left < across * size < face.right
        assert face.top < down * size < face.bottom
    assert face.right - face.left == pytest.approx(0.2 * size, rel=0.3)


def test_things_have_no_faces(detector, photos):
    assert detector(photos["coffee"]) == detector(photos["rocket"]) == []


def test_no_detector_without_dlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "dlib", None)
    assert faces.load_detector() is None


@pytest.mark.parametrize(
    ("other", "kept"),
    [
        (BOX, 1),
        (BOX._replace(left=24), 1),  # 16 of 30 columns.
        (BOX._replace(left=25, right=55), 1),  # 15 of 45 columns: 0.33.
        (BOX._replace(left=27, right=57), 0),  # 13 of 47: 0.28.
        (BOX._replace(top=42, bottom=82), 0),
        (BOX._replace(left=50, right=80), 0),
        (BOX._replace(left=50, right=80, top=70, bottom=110), 0),
    ],
)
def test_a_face_is_kept_only_in_its_place(other, kept):
    assert faces.count_kept([BOX], [other]) == kept


def test_each_face_of_the_photo_is_looked_for():
    away = faces.Box(100, 100, 140, 150)
    assert faces.count_kept([BOX, away], [away]) == 1
    assert faces.count_kept([BOX, away], [away, BOX, away]) == 2
    assert faces.count_kept([], [BOX]) == 0


@pytest.mark.slow
@pytest.mark.shared
def test_most_portraits_have_a_face(detector, shared):
    paths = sorted((shared / "photos2").glob("face_*.jpg"))[::4]
    found = [
        bool(detector(evaluator.read_crop(path, evaluator.IMAGE_SIZE)))
        for path in paths
    ]
    assert sum(found) > 0.9 * len(found)
