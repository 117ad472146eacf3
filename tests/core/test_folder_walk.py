import pathlib

import pytest

from cartoongan_tf.core import folder_walk


@pytest.fixture
def folder(tmp_path):
    """A folder beside another, with files in both."""
    for name in ("in/a", "in/deep/b", "out/c", "out/deep/d"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path / "in"


def places(walk, folder):
    return [str(path.relative_to(folder)) for path in walk.files()]


def link(path, target):
    path.symlink_to(target)
    return path


def test_links_to_folders_are_followed(folder):
    link(folder / "there", "../out")
    walk = folder_walk.FolderWalk(folder)
    expected = ["a", "deep/b", "there/c", "there/deep/d"]
    assert places(walk, folder) == expected
    assert not walk.skipped


def test_a_folder_that_is_reached_twice_counts_once_in_its_own_place(folder):
    link(folder / "again", "deep")
    link(folder / "there", "../out/deep")
    link(folder / "too", "../out")
    walk = folder_walk.FolderWalk(folder)
    assert places(walk, folder) == ["a", "deep/b", "there/d", "too/c"]


def test_links_to_folders_above_end_there_and_are_named(folder):
    up = link(folder / "deep/up", "../..")
    link(folder / "deep/self", ".")
    link(folder / "there", "../out/deep")
    back = link(folder.parent / "out/deep/back", "..")
    walk = folder_walk.FolderWalk(folder)
    assert places(walk, folder) == ["a", "deep/b", "there/d"]
    names = [path.name for path in walk.skipped[folder_walk.CIRCLE]]
    assert names == [up.name, back.name]


def test_hidden_files_and_folders_are_skipped(folder):
    (folder / ".git").mkdir()
    (folder / ".git/e").write_text("e")
    (folder / ".f").write_text("f")
    walk = folder_walk.FolderWalk(folder)
    assert places(walk, folder) == ["a", "deep/b"]
    assert walk.skipped == {
        folder_walk.HIDDEN: [folder / ".git", folder / ".f"]
    }


def test_thumbnails_and_trash_of_file_servers_are_skipped(folder):
    for name in ("@eaDir/a.jpg/THUMB.jpg", "#recycle/old", "@home/e"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(name)
    walk = folder_walk.FolderWalk(folder)
    assert places(walk, folder) == ["a", "@home/e", "deep/b"]
    hidden = [path.name for path in walk.skipped[folder_walk.HIDDEN]]
    assert hidden == ["#recycle", "@eaDir"]


def test_an_unreadable_folder_is_reported(tmp_path):
    walk = folder_walk.FolderWalk(tmp_path / "gone")
    assert list(walk.files()) == []
    (reason,) = walk.unreadable.values()
    assert reason == "cannot be looked into (No such file or directory)."


def test_skipped_paths_are_described_by_count_and_example():
    paths = {".cr2": [pathlib.Path("b/2.cr2"), pathlib.Path("1.cr2")]}
    assert folder_walk.describe(paths) == "2 .cr2 (2.cr2)"
