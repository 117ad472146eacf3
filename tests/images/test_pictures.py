import cv2
import numpy as np
import picture_maker
import PIL.Image
import pytest
import skimage.data
import tensorflow as tf

from cartoongan_tf.images import headers
from cartoongan_tf.images import pictures


@pytest.fixture
def pixels(random):
    return random.integers(0, 256, (18, 24, 3), "uint8")


@pytest.fixture(scope="module")
def photo():
    return PIL.Image.fromarray(skimage.data.astronaut()).resize((90, 70))


def decode(path):
    """Reads a picture as training does, inside `tf.data`."""
    decoder = headers.read_header(path).decoder
    dataset = tf.data.Dataset.from_tensors((str(path), decoder))
    dataset = dataset.map(pictures.decode_picture)
    return next(dataset.as_numpy_iterator())


@pytest.mark.parametrize("name", picture_maker.LOSSLESS)
def test_every_format_is_read_the_same_inside_and_outside_a_graph(
    name, photo, tmp_path
):
    written = picture_maker.LOSSLESS[name](photo, tmp_path / name)
    expected = picture_maker.on_white(written)
    actual = pictures.read_picture(tmp_path / name)
    assert actual.dtype == np.uint8
    assert np.abs(actual - expected).max() <= 1
    np.testing.assert_array_equal(decode(tmp_path / name), actual)


@pytest.mark.parametrize("name", picture_maker.JPEGS)
def test_jpegs_have_the_pixels_of_other_decoders(name, photo, tmp_path):
    photo.save(tmp_path / name, **picture_maker.JPEGS[name])
    expected = np.asarray(PIL.Image.open(tmp_path / name))
    actual = pictures.read_picture(tmp_path / name)
    np.testing.assert_array_equal(actual, expected)
    np.testing.assert_array_equal(decode(tmp_path / name), actual)


def test_avif_pictures_are_read_the_same_inside_and_outside_a_graph(
    photo, tmp_path
):
    photo.save(tmp_path / "a.avif", quality=95)
    actual = pictures.read_picture(tmp_path / "a.avif")
    assert np.abs(actual - np.asarray(photo).astype(float)).mean() < 5
    np.testing.assert_array_equal(decode(tmp_path / "a.avif"), actual)


def test_a_floating_point_picture_is_an_error(tmp_path):
    PIL.Image.new("F", (30, 20)).save(tmp_path / "floats.tif")
    with pytest.raises(headers.UnreadableImage, match="32-bit pixels"):
        pictures.read_picture(tmp_path / "floats.tif")


def test_gray_jpegs_get_three_channels(photo, tmp_path):
    photo.convert("L").save(tmp_path / "gray.jpg")
    actual = decode(tmp_path / "gray.jpg")
    assert actual.shape == (70, 90, 3)
    assert np.ptp(actual, axis=-1).max() == 0


def test_cmyk_jpegs_have_the_right_colors(tmp_path):
    """In print files, red is full magenta and full yellow without cyan."""
    red = PIL.Image.new("CMYK", (32, 16), (0, 255, 255, 0))
    red.save(tmp_path / "print.jpg", quality=95)
    for read in (pictures.read_picture, decode):
        color = read(tmp_path / "print.jpg").reshape(-1, 3).mean(0)
        np.testing.assert_allclose(color, (255, 0, 0), atol=3)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_16_bit_channels_become_8_bit(channels, suffix, tmp_path):
    ramp, deep = picture_maker.deep_ramp(channels)
    path = tmp_path / f"deep{suffix}"
    cv2.imwrite(str(path), deep)
    for read in (pictures.read_picture, decode):
        actual = read(path)
        assert np.abs(actual - np.repeat(ramp, 3, axis=2) / 257).max() <= 1


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(orientation, suffix, photo, tmp_path):
    path = tmp_path / f"turned{suffix}"
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    photo.save(path, exif=exif)
    with PIL.Image.open(path) as picture:
        expected = np.asarray(PIL.ImageOps.exif_transpose(picture))
    assert expected.shape[:2] == ((70, 90) if orientation < 5 else (90, 70))
    np.testing.assert_array_equal(pictures.read_picture(path), expected)
    np.testing.assert_array_equal(decode(path), expected)


@pytest.mark.parametrize("name", picture_maker.TURNED)
def test_orientation_is_found_wherever_it_is_stored(name, photo, tmp_path):
    picture_maker.TURNED[name](photo, tmp_path / name)
    with PIL.Image.open(tmp_path / name) as picture:
        expected = np.asarray(PIL.ImageOps.exif_transpose(picture))
    assert expected.shape == (90, 70, 3)
    for read in (pictures.read_picture, decode):
        np.testing.assert_array_equal(read(tmp_path / name), expected)


def test_pictures_read_with_pillow_are_upright_too(photo, tmp_path):
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    picture_maker.transparent(photo).save(tmp_path / "turned.png", exif=exif)
    assert decode(tmp_path / "turned.png").shape == (90, 70, 3)


def test_an_animation_without_transparency_is_read(photo, tmp_path):
    """Some encoders write animated WebP, which TensorFlow cannot decode."""
    path = tmp_path / "animated.webp"
    photo.save(path, lossless=True, save_all=True, append_images=[photo])
    data = bytearray(path.read_bytes())
    data[20] &= ~0x10  # The flag of an alpha channel in the VP8X chunk.
    path.write_bytes(data)
    with PIL.Image.open(path) as picture:
        assert not picture.has_transparency_data
    np.testing.assert_array_equal(decode(path), np.asarray(photo))


def test_decoding_is_stateless():
    """A deterministic `tf.data` runs stateful functions sequentially."""
    decode = tf.function(pictures.decode_picture).get_concrete_function(
        tf.TensorSpec((), tf.string), tf.TensorSpec((), tf.int64)
    )
    operations = decode.graph.get_operations()
    assert any("If" in op.type for op in operations)
    assert not any(op.op_def.is_stateful for op in operations)


def test_pictures_round_trip(pixels, tmp_path):
    path = tmp_path / "new folder" / "picture.png"
    pictures.write_png(path, pixels)
    np.testing.assert_array_equal(pictures.read_picture(path), pixels)


def test_channels_are_red_green_blue(tmp_path):
    red = np.zeros((4, 6, 3), "uint8")
    red[..., 0] = 255
    pictures.write_png(tmp_path / "red.png", red)
    blue_green_red = cv2.imread(str(tmp_path / "red.png"))
    assert blue_green_red[0, 0].tolist() == [0, 0, 255]


@pytest.mark.parametrize(
    "suffix",
    [".jpg", ".png", ".webp", ".bmp", ".gif", ".tif", ".avif", ".jp2"],
)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.8])
def test_a_truncated_file_is_named_in_the_error(suffix, share, photo, tmp_path):
    path = tmp_path / f"cut{suffix}"
    photo.save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(headers.UnreadableImage, match=rf"cut\{suffix} "):
        pictures.read_picture(path)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_its_end_marker_has_all_its_pixels(
    progressive, photo, tmp_path
):
    photo.save(tmp_path / "whole.jpg", progressive=progressive)
    data = (tmp_path / "whole.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(data[:-2])
    expected = pictures.read_picture(tmp_path / "whole.jpg")
    actual = pictures.read_picture(tmp_path / "cut.jpg")
    np.testing.assert_array_equal(actual, expected)
    np.testing.assert_array_equal(decode(tmp_path / "cut.jpg"), expected)


def test_the_first_damaged_picture_is_found(photo, tmp_path):
    paths = [tmp_path / f"{name}.png" for name in "abc"]
    for path in paths:
        photo.save(path)
    assert pictures.first_damaged(paths) is None
    paths[1].write_bytes(paths[1].read_bytes()[:500])
    assert "b.png is damaged" in str(pictures.first_damaged(paths))


def test_uint8_survives_the_round_trip_to_network_range():
    pixels = np.arange(256, dtype="uint8").reshape(1, 16, 16, 1)
    images = pictures.to_network(tf.constant(pixels))
    assert float(tf.reduce_min(images)) == -1
    assert float(tf.reduce_max(images)) == 1
    np.testing.assert_array_equal(pictures.to_pixels(images), pixels)
