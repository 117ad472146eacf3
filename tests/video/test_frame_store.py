import pytest

from cartoongan_tf.video import frame_store


def test_pictures_round_trip_exactly(tmp_path, random):
    pictures = random.integers(0, 256, (7, 51, 77, 3), "uint8")
    first, second = tmp_path / "a.nut", tmp_path / "b.nut"
    frame_store.write(first, iter(pictures[:4]))
    frame_store.write(second, iter(pictures[4:]))
    found = list(frame_store.read([first, second]))
    assert len(found) == 7
    for picture, expected in zip(found, pictures, strict=True):
        assert (picture == expected).all()


def test_a_missing_file_is_an_os_error(tmp_path):
    with pytest.raises(OSError, match=r"a\.nut"):
        list(frame_store.read([tmp_path / "a.nut"]))
