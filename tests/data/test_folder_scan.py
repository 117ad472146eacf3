import os

import PIL.Image
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.data import folder_scan
from cartoongan_tf.images import pictures


@pytest.fixture
def messy(make_folder):
    """Two good pictures among all that is found in folders."""
    folder = make_folder("messy", 2)
    (folder / "deep er/ü").mkdir(parents=True)
    whole = (folder / "0.png").read_bytes()
    (folder / "0.png").rename(folder / "deep er/ü/Zero.PNG")
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "text.jpg").write_text("hello")
    (folder / "really.jpg").write_bytes(whole)
    (folder / "CREDITS.csv").write_text("no picture")
    (folder / "raw.CR2").write_text("not read")
    (folder / ".film.json").write_text("a record of ours")
    (folder / ".hidden.jpg").write_text("what a Mac leaves behind")
    (folder / ".trash").mkdir()
    (folder / ".trash/gone.png").write_bytes(whole)
    return folder


def test_all_problems_are_named_and_counted(messy):
    found = folder_scan.scan_folder(messy, "photo_dir")
    names = [str(path.relative_to(messy)) for path in found.paths]
    assert names == ["1.png", "deep er/ü/Zero.PNG"]
    assert [header.format for header in found.headers] == ["PNG", "PNG"]
    reasons = {path.name: why for path, why in found.problems.items()}
    assert set(reasons) == {"cut.png", "empty.jpg", "text.jpg", "really.jpg"}
    assert "truncated" in reasons["cut.png"]
    assert "is empty" in reasons["empty.jpg"]
    assert "is not a picture in a supported format" in reasons["text.jpg"]
    assert "it is a PNG picture" in reasons["really.jpg"]
    ignored = {
        what: [path.name for path in paths]
        for what, paths in found.ignored.items()
    }
    assert ignored == {
        ".csv": ["CREDITS.csv"],
        ".cr2": ["raw.CR2"],
        "hidden": [".hidden.jpg"],
    }


def test_bad_pictures_are_an_error_or_skipped(messy, capsys):
    found = folder_scan.scan_folder(messy, "photo_dir")
    with pytest.raises(errors.InputError) as refusal:
        folder_scan.require_pictures(found, "photo_dir", "error")
    folder_scan.require_pictures(found, "photo_dir", "skip")
    for message in (str(refusal.value), capsys.readouterr().err):
        assert "4 of 6 pictures in `photo_dir`=" in message
        assert "text.jpg is not a picture in a supported format" in message
    assert "`bad_images`=skip" in str(refusal.value)


def test_a_long_list_of_bad_pictures_is_truncated(tmp_path):
    for number in range(9):
        (tmp_path / f"{number}.jpg").write_text("hello")
    found = folder_scan.scan_folder(tmp_path, "photo_dir")
    with pytest.raises(errors.InputError, match="And 4 more") as refusal:
        folder_scan.require_pictures(found, "photo_dir", "error")
    assert "4.jpg" in str(refusal.value)
    assert "5.jpg" not in str(refusal.value)


def test_folders_without_pictures_are_errors(tmp_path):
    empty = folder_scan.scan_folder(tmp_path, "photo_dir")
    (tmp_path / "a.jpg").write_text("hello")
    spoiled = folder_scan.scan_folder(tmp_path, "photo_dir")
    for found in (empty, spoiled):
        with pytest.raises(errors.InputError, match="holds no picture"):
            folder_scan.require_pictures(found, "photo_dir", "skip")
    with pytest.raises(errors.InputError, match="is not a folder"):
        folder_scan.scan_folder(tmp_path / "gone", "photo_dir")


def test_training_reads_every_format_of_cartoonize(tmp_path):
    endings = [".avif", ".dib", ".jfif", ".jp2", ".ppm", ".tif"]
    for ending in endings:
        PIL.Image.new("RGB", (30, 20)).save(tmp_path / f"a{ending}")
    found = folder_scan.scan_folder(tmp_path, "photo_dir")
    assert [path.suffix for path in found.paths] == endings
    assert not found.problems
    assert not found.ignored


def test_ignored_files_are_counted_with_an_example(make_folder, capsys):
    folder = make_folder("photos", 1)
    for name in ("1.cr2", "2.CR2", "README"):
        (folder / name).write_text("no picture")
    os.mkfifo(folder / "pipe.jpg")
    found = folder_scan.scan_folder(folder, "photo_dir")
    folder_scan.require_pictures(found, "photo_dir", "error")
    assert capsys.readouterr().err == (
        f"Left out of `photo_dir`={folder}: 2 .cr2 (1.cr2), 1 without an "
        "ending (README), 1 special file or broken link (pipe.jpg).\n"
    )
    (folder / "0.png").unlink()
    found = folder_scan.scan_folder(folder, "photo_dir")
    with pytest.raises(errors.InputError, match=r"pictures, but 2 \.cr2"):
        folder_scan.require_pictures(found, "photo_dir", "error")


def test_a_jpeg_without_its_end_marker_is_read_and_named(tmp_path, capsys):
    picture = PIL.Image.linear_gradient("L").convert("RGB")
    picture.save(tmp_path / "whole.jpg")
    data = (tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(data[:-2])
    found = folder_scan.scan_folder(tmp_path, "photo_dir")
    folder_scan.require_pictures(found, "photo_dir", "error")
    assert capsys.readouterr().err == (
        f"Read from `photo_dir`={tmp_path} nevertheless: 1 JPEG without an end "
        "marker (cut.jpg).\n"
    )


def test_linked_folders_are_searched(make_folder):
    folder, other = make_folder("photos", 1), make_folder("other", 2)
    (folder / "link").symlink_to(other)
    (folder / "circle").symlink_to(folder)
    found = folder_scan.scan_folder(folder, "photo_dir")
    assert found.paths == [
        folder / "0.png",
        folder / "link/0.png",
        folder / "link/1.png",
    ]
    assert not found.ignored


def test_the_order_does_not_depend_on_the_disk(tmp_path):
    names = ["b/2.png", "a/1.png", "3.png", "a/10.png"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        PIL.Image.new("RGB", (6, 4)).save(tmp_path / name)
    found = folder_scan.scan_folder(tmp_path, "photo_dir")
    assert found.paths == sorted(tmp_path / name for name in names)


def test_a_good_folder_prints_nothing(make_folder, capsys):
    folder = make_folder("photos", 2)
    found = folder_scan.scan_folder(folder, "photo_dir")
    folder_scan.require_pictures(found, "photo_dir", "error")
    assert capsys.readouterr() == ("", "")
    assert [pictures.read_picture(p).shape for p in found.paths] == [
        (40, 56, 3)
    ] * 2
