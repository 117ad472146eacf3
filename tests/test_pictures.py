import cv2
import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

from cartoongan_tf import errors
from cartoongan_tf import pictures


@pytest.fixture
def pixels(random):
    return random.integers(0, 256, (18, 24, 3), "uint8")


def test_a_written_picture_reads_back_the_same(pixels, tmp_path):
    path = tmp_path / "new folder" / "picture.png"
    pictures.write_png(path, pixels)
    np.testing.assert_array_equal(pictures.read_picture(path), pixels)
    np.testing.assert_array_equal(pictures.decode_picture(str(path)), pixels)


def test_channels_are_red_green_blue(tmp_path):
    red = np.zeros((4, 6, 3), "uint8")
    red[..., 0] = 255
    pictures.write_png(tmp_path / "red.png", red)
    blue_green_red = cv2.imread(str(tmp_path / "red.png"))
    assert blue_green_red[0, 0].tolist() == [0, 0, 255]


def test_photos_are_read_the_way_up_that_viewers_show(tmp_path):
    wide = PIL.Image.new("RGB", (40, 20))
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # Orientation: turn right.
    wide.save(tmp_path / "turned.jpg", exif=exif)
    assert pictures.read_picture(tmp_path / "turned.jpg").shape == (40, 20, 3)


def test_transparent_pictures_are_put_on_white(tmp_path):
    PIL.Image.new("RGBA", (6, 4), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert (pictures.read_picture(tmp_path / "clear.png") == 255).all()


def test_gray_pictures_get_three_channels(tmp_path):
    PIL.Image.new("L", (6, 4), 70).save(tmp_path / "gray.png")
    assert pictures.read_picture(tmp_path / "gray.png").shape == (4, 6, 3)
    decoded = pictures.decode_picture(str(tmp_path / "gray.png"))
    assert decoded.shape == (4, 6, 3)


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff"])
def test_what_is_no_picture_is_named(tmp_path, content):
    path = tmp_path / "broken.jpg"
    path.write_bytes(content)
    for read in (pictures.check_picture, pictures.read_picture):
        with pytest.raises(errors.InputError, match=r"broken\.jpg is not a"):
            read(path)


def test_a_truncated_picture_is_named(pixels, tmp_path):
    data = pictures.encode_png(pixels)
    (tmp_path / "cut.png").write_bytes(data[: len(data) // 2])
    with pytest.raises(errors.InputError, match=r"cut\.png is not a"):
        pictures.read_picture(tmp_path / "cut.png")
    pictures.write_png(tmp_path / "whole.png", pixels)
    paths = [tmp_path / "whole.png", tmp_path / "cut.png"]
    assert "cut.png cannot be decoded" in pictures.first_damaged(paths)
    assert pictures.first_damaged(paths[:1]) is None


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(errors.InputError, match=r"gone\.png does not exist"):
        pictures.read_picture(tmp_path / "gone.png")


def test_folders_are_searched_in_a_fixed_order(pixels, tmp_path):
    names = ["b/2.PNG", "a/1.png", "3.Jpg"]
    for name in names:
        pictures.write_png(tmp_path / name, pixels)
    (tmp_path / "CREDITS.csv").write_text("not a picture")
    (tmp_path / "._3.jpg").write_text("what a Mac leaves behind")
    found = pictures.list_pictures(tmp_path, "--photo_dir")
    assert found == sorted(tmp_path / name for name in names)


def test_folders_without_pictures_are_refused(tmp_path):
    with pytest.raises(errors.InputError, match="holds no picture"):
        pictures.list_pictures(tmp_path, "--photo_dir")
    with pytest.raises(errors.InputError, match="is not a folder"):
        pictures.list_pictures(tmp_path / "gone", "--photo_dir")


def test_a_text_file_called_jpg_is_found_at_once(pixels, tmp_path):
    pictures.write_png(tmp_path / "good.png", pixels)
    (tmp_path / "text.jpg").write_text("hello")
    with pytest.raises(errors.InputError, match=r"text\.jpg"):
        pictures.list_pictures(tmp_path, "--photo_dir")


def test_every_byte_survives_the_networks_range():
    pixels = np.arange(256, dtype="uint8").reshape(1, 16, 16, 1)
    images = pictures.to_network(tf.constant(pixels))
    assert float(tf.reduce_min(images)) == -1
    assert float(tf.reduce_max(images)) == 1
    np.testing.assert_array_equal(pictures.to_pixels(images), pixels)
