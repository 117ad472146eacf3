import collections

import pytest

fsspec = pytest.importorskip("fsspec", reason="make test-scale")
pyarrow = pytest.importorskip("pyarrow", reason="make test-scale")

from cartoongan_tf.batch import listing
from cartoongan_tf.core import errors

NAMES = [
    "a.jpg",
    "b/c.PNG",
    "b/d/e.heic",
    "b/notes.txt",
    "b/film.mp4",
    "b/.hidden.jpg",
    ".cache/f.jpg",
    "out/a.jpg",
]


@pytest.fixture(params=["file", "memory"])
def photos(request, tmp_path):
    """A folder of files with these names, on a disk and in an object store."""
    place = tmp_path if request.param == "file" else f"memory://{tmp_path}"
    for name in NAMES:
        with fsspec.open(f"{place}/photos/{name}", "wb") as file:
            file.write(b"never read")
    return f"{place}/photos"


def relative(found):
    return [str(each.relative) for each in found.inputs]


def test_a_folder_is_searched_with_its_sub_folders(photos):
    found = listing.find(photos, f"{photos}/out")
    assert relative(found) == ["a.jpg", "b/c.PNG", "b/d/e.heic", "b/film.mp4"]
    assert [each.source for each in found.inputs] == [
        f"{photos}/{name}" for name in relative(found)
    ]
    assert found.skipped == collections.Counter({"hidden": 2, ".txt": 1})


def test_a_pattern_is_mirrored_below_its_fixed_folders(photos):
    found = listing.find(f"{photos}/b/**/*.heic", "elsewhere")
    assert relative(found) == ["d/e.heic"]


def test_a_folder_with_wildcards_in_its_name_is_no_pattern(tmp_path):
    (tmp_path / "trip [1]").mkdir()
    (tmp_path / "trip [1]/a.jpg").touch()
    found = listing.find(str(tmp_path / "trip [1]"), "elsewhere")
    assert relative(found) == ["a.jpg"]


def test_a_picture_alone_has_its_name(photos):
    found = listing.find(f"{photos}/b/c.PNG", "elsewhere")
    assert relative(found) == ["c.PNG"]


def test_listed_paths_are_mirrored_in_full(photos, tmp_path):
    table = {"path": [f"{photos}/a.jpg", f"{photos}/b/c.PNG"] * 2}
    pyarrow.parquet.write_table(pyarrow.table(table), tmp_path / "l.parquet")
    found = listing.find(str(tmp_path / "l.parquet"), "elsewhere")
    below = photos.rpartition("://")[2].lstrip("/")
    assert relative(found) == [f"{below}/a.jpg", f"{below}/b/c.PNG"]
    assert [each.source for each in found.inputs] == table["path"][:2]


def test_a_list_without_the_column_is_rejected(tmp_path):
    table = pyarrow.table({"uri": ["a.jpg"]})
    pyarrow.parquet.write_table(table, tmp_path / "list.parquet")
    with pytest.raises(errors.InputError, match="no column path; it has uri"):
        listing.find(str(tmp_path / "list.parquet"), "elsewhere")


def test_a_listed_path_that_leaves_the_output_is_rejected(tmp_path):
    table = pyarrow.table({"path": ["../a.jpg"]})
    pyarrow.parquet.write_table(table, tmp_path / "list.parquet")
    with pytest.raises(errors.InputError, match=r"lists \.\./a\.jpg"):
        listing.find(str(tmp_path / "list.parquet"), "elsewhere")


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("absent", "is not there, or is empty"),
        ("absent.parquet", "cannot be listed"),
        ("what://absent", "cannot be reached"),
    ],
)
def test_listing_errors_name_the_input(place, message, tmp_path):
    with pytest.raises(errors.InputError, match=f"`input`=.*{place} {message}"):
        listing.find(place if "://" in place else str(tmp_path / place), "out")


def test_a_name_in_no_encoding_is_counted(tmp_path):
    with open(bytes(tmp_path) + b"/\xff.jpg", "wb"):
        pass
    found = listing.find(str(tmp_path), "elsewhere")
    assert found.skipped == {"name in no encoding": 1}
