import pytest

from cartoongan_tf.images import formats
from serving.client import photos


@pytest.fixture
def folder(tmp_path):
    for name in ("b.HEIC", "day 1/a.jpg", ".hid.jpg", ".trash/c.jpg", "d.txt"):
        path = tmp_path / "trip" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "trip"


def places(found):
    return [str(place) for place in found.places.values()]


def test_a_folder_stands_for_the_photos_in_it(folder, tmp_path):
    found = photos.find([str(folder)], tmp_path / "out")
    assert places(found) == ["b.HEIC", "day 1/a.jpg"]
    assert list(found.places) == [folder / "b.HEIC", folder / "day 1/a.jpg"]
    assert found.skipped == {".txt": 1}


def test_named_files_may_have_any_suffix(folder, tmp_path):
    names = [str(folder / "d.txt"), str(folder / "gone"), str(folder / "d.txt")]
    found = photos.find(names, tmp_path / "out")
    assert places(found) == ["d.txt", "gone"]
    assert not found.skipped


def test_cartoons_are_not_sent_again(folder):
    found = photos.find([str(folder)], folder / "day 1")
    assert places(found) == ["b.HEIC"]


def test_cyclic_links_are_visited_once(folder, tmp_path):
    (folder / "day 1/up").symlink_to("..")
    (folder / "link").symlink_to(tmp_path / "other")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/e.png").touch()
    found = photos.find([str(folder)], tmp_path / "out")
    assert places(found) == ["b.HEIC", "day 1/a.jpg", "link/e.png"]


def test_suffixes_match_the_package():
    assert formats.READ_SUFFIXES.keys() == photos.SUFFIXES
