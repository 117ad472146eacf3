import pathlib

import pytest

from cartoongan_tf.core import atomic_files
from cartoongan_tf.core import errors


def test_a_file_is_written_atomically(tmp_path):
    path = tmp_path / "new" / "file.txt"
    with atomic_files.atomic_path(path) as temporary:
        temporary.write_text("content")
        assert not path.exists()
        assert temporary.suffix == ".txt"
    assert path.read_text() == "content"
    assert [p.name for p in path.parent.iterdir()] == ["file.txt"]


@pytest.mark.parametrize("name", [f"{'a' * 251}.jpg", f"{'é' * 125}.jpg"])
def test_names_may_have_the_maximum_length(name, tmp_path):
    with atomic_files.atomic_path(tmp_path / name) as temporary:
        temporary.write_text("content")
        assert temporary.suffix == ".jpg"
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_failure_leaves_the_old_file_and_no_draft(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")

    def fail():
        with atomic_files.atomic_path(path) as temporary:
            temporary.write_text("half")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_replaces_the_old_one(tmp_path):
    path = tmp_path / "folder"
    for content in ("old", "new"):
        with atomic_files.atomic_path(path) as temporary:
            temporary.mkdir()
            (temporary / f"{content}.txt").write_text(content)
    assert [p.name for p in path.iterdir()] == ["new.txt"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("make", [pathlib.Path.touch, pathlib.Path.mkdir])
def test_leftovers_of_a_killed_process_are_removed(tmp_path, make):
    path = tmp_path / "file.txt"
    with atomic_files.atomic_path(path) as temporary:
        temporary.touch()
    make(temporary)
    with atomic_files.atomic_path(path) as temporary:
        temporary.write_text("content")
    assert list(tmp_path.iterdir()) == [path]


def test_another_ending_is_rejected():
    atomic_files.check_suffix("output", "a.keras", ".keras")
    with pytest.raises(errors.InputError, match=r"`output`=a\.h5 must end"):
        atomic_files.check_suffix("output", "a.h5", ".keras")


@pytest.mark.parametrize("path", ["~/new/file.txt", "below/~/file.txt"])
def test_no_folder_is_called_like_the_home_folder(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with (
        pytest.raises(errors.InputError, match="would be a folder called ~"),
        atomic_files.atomic_path(path),
    ):
        pass
    with pytest.raises(errors.InputError, match="would be a folder called ~"):
        atomic_files.make_folder("output", pathlib.Path(path).parent)
    assert not list(tmp_path.iterdir())
