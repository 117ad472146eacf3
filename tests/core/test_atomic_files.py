import pathlib
import zipfile

import numpy as np
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


def archive_of(path, name, data):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.npy", data)


def header_of(shape):
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    text = text.ljust(117) + "\n"
    return (
        b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()
    )


def test_broken_arrays_are_rejected(tmp_path):
    path = tmp_path / "weights.npz"
    archive_of(path, "huge", header_of((10**12,)))
    with pytest.raises(errors.InputError, match="Unable to allocate"):
        atomic_files.read_arrays("weights", path)
    archive_of(path, "short", header_of((10,)) + bytes(5))
    with pytest.raises(errors.InputError, match="expected 40 bytes got 5"):
        atomic_files.read_arrays("weights", path)
    np.savez_compressed(path, ramp=np.arange(1000))
    path.write_bytes(path.read_bytes().replace(b"\x93NUMPY", b"NUMPY!"))
    data = bytearray(path.read_bytes())
    data[60:80] = bytes(20)
    path.write_bytes(data)
    with pytest.raises(errors.InputError, match="cannot be read"):
        atomic_files.read_arrays("weights", path)
    np.savez(path, kernel=np.array([1, np.nan]))
    with pytest.raises(errors.InputError, match="values in kernel that are no"):
        atomic_files.read_arrays("weights", path)
    np.savez(path, kernel=np.array([{"code": 1}], object))
    with pytest.raises(errors.InputError, match="allow_pickle=False"):
        atomic_files.read_arrays("weights", path)


def test_archives_too_large_for_weights_are_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic_files, "_MAX_ARRAY_BYTES", 1000)
    np.savez_compressed(tmp_path / "bomb.npz", zeros=np.zeros(1000))
    with pytest.raises(errors.InputError, match="it unpacks to 8128 bytes"):
        atomic_files.read_arrays("weights", tmp_path / "bomb.npz")
