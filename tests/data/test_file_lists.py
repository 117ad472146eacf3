import os

import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.data import file_lists
from cartoongan_tf.data import folder_scan


def test_paths_are_relative_to_the_folder_of_the_list(tmp_path):
    path = tmp_path / "holdout.txt"
    lines = ["\ufeffb/ü 1.png ", "", "/else/a.jpg", "../c.png"]
    path.write_bytes("\r\n".join(lines).encode())
    assert list(map(str, file_lists.read_list(path, "photo_dir"))) == [
        f"{tmp_path}/b/ü 1.png",
        "/else/a.jpg",
        f"{tmp_path}/../c.png",
    ]


def test_a_list_replaces_a_folder(make_folder, tmp_path):
    folder = make_folder("photos", 3)
    (tmp_path / "list.txt").write_text("photos/2.png\nphotos/0.png\n")
    found = folder_scan.scan_folder(tmp_path / "list.txt", "photo_dir")
    assert found.paths == [folder / "2.png", folder / "0.png"]
    assert [header.width for header in found.headers] == [56, 56]
    assert not found.problems
    assert not found.ignored


def test_damaged_pictures_of_a_list_are_named(make_folder, tmp_path):
    make_folder("photos", 1)
    (tmp_path / "photos/text.jpg").write_text("hello")
    (tmp_path / "list.txt").write_text(
        "photos/0.png\nphotos/gone.png\nphotos\nphotos/text.jpg\n"
    )
    found = folder_scan.scan_folder(tmp_path / "list.txt", "photo_dir")
    assert len(found.paths) == 1
    with pytest.raises(errors.InputError) as refusal:
        folder_scan.require_pictures(found, "photo_dir", "error")
    assert f"3 of 4 pictures in `photo_dir`={tmp_path}" in str(refusal.value)
    assert "gone.png does not exist" in str(refusal.value)
    assert "photos is not a regular file" in str(refusal.value)
    assert "text.jpg is not a picture in a supported format" in str(
        refusal.value
    )


def test_a_folder_may_have_the_suffix_of_a_list(make_folder):
    folder = make_folder("photos.txt", 1)
    found = folder_scan.scan_folder(folder, "photo_dir")
    assert found.paths == [folder / "0.png"]


def test_invalid_lists_are_errors(tmp_path):
    (tmp_path / "twice.txt").write_text("a.png\nb.png\na.png\n")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe\x00")
    cases = {
        "gone.txt": r"`photo_dir`=.*gone\.txt does not exist",
        "twice.txt": r"twice\.txt names .*a\.png 2 times",
        "bytes.txt": r"bytes\.txt is not a list of pictures",
    }
    for name, message in cases.items():
        with pytest.raises(errors.InputError, match=message):
            file_lists.read_list(tmp_path / name, "photo_dir")


def test_names_with_invalid_utf8_are_kept(tmp_path):
    picture = tmp_path / os.fsdecode(b"caf\xe9.png")
    file_lists.write_list([picture], tmp_path / "list.txt")
    assert file_lists.read_list(tmp_path / "list.txt", "x") == [picture]
