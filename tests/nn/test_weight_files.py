import zipfile

import numpy as np
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.nn import weight_files


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
        weight_files.read_arrays("weights", path)
    archive_of(path, "short", header_of((10,)) + bytes(5))
    with pytest.raises(errors.InputError, match="expected 40 bytes got 5"):
        weight_files.read_arrays("weights", path)
    np.savez_compressed(path, ramp=np.arange(1000))
    path.write_bytes(path.read_bytes().replace(b"\x93NUMPY", b"NUMPY!"))
    data = bytearray(path.read_bytes())
    data[60:80] = bytes(20)
    path.write_bytes(data)
    with pytest.raises(errors.InputError, match="cannot be read"):
        weight_files.read_arrays("weights", path)
    np.savez(path, kernel=np.array([1, np.nan]))
    with pytest.raises(errors.InputError, match="values in kernel that are no"):
        weight_files.read_arrays("weights", path)
    np.savez(path, kernel=np.array([{"code": 1}], object))
    with pytest.raises(errors.InputError, match="allow_pickle=False"):
        weight_files.read_arrays("weights", path)


def test_archives_too_large_for_weights_are_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(weight_files, "_MAX_ARRAY_BYTES", 1000)
    np.savez_compressed(tmp_path / "bomb.npz", zeros=np.zeros(1000))
    with pytest.raises(errors.InputError, match="it unpacks to 8128 bytes"):
        weight_files.read_arrays("weights", tmp_path / "bomb.npz")
