import io
import sys

import corner_cases
import numpy as np
import picture_maker
import PIL.Image
import PIL.ImageCms
import pillow_heif
import pytest

from serving.client import errors
from serving.client import uploads

RED_UP = (255, 0, 0)
BLUE_DOWN = (0, 0, 255)
TURNED = 6  # EXIF: stored so that viewers turn it to the right.


def encode(image, kind, **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def decode(data):
    image = PIL.Image.open(io.BytesIO(data))
    image.load()
    return image


def two_halves(width=60, height=40, mode="RGB"):
    image = PIL.Image.new("RGB", (width, height), RED_UP)
    image.paste(BLUE_DOWN, (0, height // 2, width, height))
    return image.convert(mode)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_that_servers_read_is_sent_unchanged(kind):
    data = encode(two_halves(), kind)
    assert uploads.prepare(data, 60) is data


def test_an_orientation_is_left_to_the_server_with_the_rest_of_the_file():
    exif = PIL.Image.Exif()
    exif[274] = TURNED
    data = encode(two_halves(), "JPEG", exif=exif)
    assert uploads.prepare(data, 60) is data


@pytest.mark.parametrize("name", picture_maker.TURNED)
def test_an_orientation_that_servers_ignore_is_applied(name, tmp_path):
    picture_maker.TURNED[name](two_halves(), tmp_path / name)
    image = decode(uploads.prepare((tmp_path / name).read_bytes(), 60))
    assert image.size == (40, 60)
    assert image.getexif().get(274, 1) == 1
    np.testing.assert_allclose(image.getpixel((35, 30)), RED_UP, atol=4)
    np.testing.assert_allclose(image.getpixel((5, 30)), BLUE_DOWN, atol=4)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_larger_photo_is_downscaled(kind):
    data = encode(two_halves(600, 400), kind)
    image = decode(uploads.prepare(data, 60))
    assert image.size == (60, 40)
    assert image.format == ("PNG" if kind == "PNG" else "JPEG")
    np.testing.assert_allclose(image.getpixel((30, 5)), RED_UP, atol=4)
    np.testing.assert_allclose(image.getpixel((30, 35)), BLUE_DOWN, atol=4)


def test_a_reduced_photo_is_upright():
    exif = PIL.Image.Exif()
    exif[274] = TURNED
    data = encode(two_halves(600, 400), "JPEG", exif=exif)
    image = decode(uploads.prepare(data, 60))
    assert image.size == (40, 60)
    assert 274 not in image.getexif()
    np.testing.assert_allclose(image.getpixel((35, 30)), RED_UP, atol=4)
    np.testing.assert_allclose(image.getpixel((5, 30)), BLUE_DOWN, atol=4)


@pytest.mark.parametrize("kind", ["BMP", "GIF", "PPM", "TIFF"])
def test_other_lossless_formats_become_png(kind, random):
    pixels = random.integers(0, 256, (40, 60), "uint8")
    source = PIL.Image.fromarray(pixels)
    image = decode(uploads.prepare(encode(source, kind), 60))
    assert (image.format, image.mode) == ("PNG", "RGB")
    np.testing.assert_array_equal(image, np.stack([pixels] * 3, axis=-1))


def test_an_avif_becomes_jpeg():
    data = encode(two_halves(), "AVIF", quality=95)
    image = decode(uploads.prepare(data, 60))
    assert (image.format, image.size) == ("JPEG", (60, 40))
    np.testing.assert_allclose(image.getpixel((30, 5)), RED_UP, atol=8)


def test_cmyk_becomes_rgb():
    image = decode(uploads.prepare(encode(two_halves(mode="CMYK"), "JPEG")))
    assert (image.format, image.mode) == ("JPEG", "RGB")
    np.testing.assert_allclose(image.getpixel((30, 5)), RED_UP, atol=8)


def test_sixteen_bits_become_eight():
    ramp = np.linspace(0, 65535, 60).astype("uint16")
    source = PIL.Image.fromarray(np.tile(ramp, (40, 1)))
    image = decode(uploads.prepare(encode(source, "TIFF")))
    expected = np.broadcast_to((ramp / 257)[None, :, None], (40, 60, 3))
    np.testing.assert_allclose(np.asarray(image), expected, atol=1)


def test_white_may_be_zero_in_sixteen_bits(random):
    pixels = random.integers(0, 2**16, (20, 30), "uint16")
    image = decode(uploads.prepare(corner_cases.deep_tiff([~pixels], 0)))
    off = np.asarray(image)[..., 0] - pixels / 257
    assert np.abs(off).max() <= 1


@pytest.mark.parametrize("order", ["<", ">"])
def test_planar_sixteen_bits_are_rejected(order, random):
    planes = random.integers(0, 2**16, (3, 20, 30), "uint16")
    with pytest.raises(errors.ClientError, match="save it with 8 bits"):
        uploads.prepare(corner_cases.deep_tiff(planes, 2, order))


def test_transparency_is_put_on_white():
    source = PIL.Image.new("RGBA", (600, 400), (0, 0, 0, 0))
    image = decode(uploads.prepare(encode(source, "PNG"), 60))
    assert image.mode == "RGB"
    assert image.getpixel((30, 20)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_sent(kind):
    frames = [PIL.Image.new("RGB", (60, 40), c) for c in (RED_UP, BLUE_DOWN)]
    data = encode(frames[0], kind, save_all=True, append_images=frames[1:])
    assert decode(data).n_frames == 2
    image = decode(uploads.prepare(data, 60))
    assert getattr(image, "n_frames", 1) == 1
    np.testing.assert_allclose(image.getpixel((30, 20)), RED_UP, atol=4)


def wide_profile():
    """A profile whose red and green are each other's."""
    profile = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB"))
    data = profile.tobytes().replace(b"rXYZ", b"xxxx", 1)
    data = data.replace(b"gXYZ", b"rXYZ", 1).replace(b"xxxx", b"gXYZ", 1)
    name = "sRGB built-in".encode("utf-16-be")
    assert name in data
    return data.replace(name, "odd one built".encode("utf-16-be"))


def test_another_color_profile_is_converted_to_srgb():
    data = encode(two_halves(), "PNG", icc_profile=wide_profile())
    image = decode(uploads.prepare(data, 60))
    assert "icc_profile" not in image.info
    np.testing.assert_allclose(image.getpixel((30, 5)), (0, 255, 0), atol=2)


def test_an_srgb_profile_does_not_cause_reencoding():
    profile = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB"))
    data = encode(two_halves(), "JPEG", icc_profile=profile.tobytes())
    assert uploads.prepare(data, 60) is data


@pytest.mark.parametrize("profile", [b"nonsense", b""])
def test_an_unreadable_profile_is_ignored(profile):
    data = encode(two_halves(), "JPEG", icc_profile=profile)
    assert uploads.prepare(data, 60) is data


def test_grays_become_srgb_by_their_own_profile():
    gray = PIL.Image.new("L", (60, 40), 128)
    profile = corner_cases.gamma_profile(1.0)
    data = encode(gray, "PNG", icc_profile=profile)
    assert decode(uploads.prepare(data, 60)).getpixel((0, 0)) == (188,) * 3


def test_a_gray_profile_of_a_color_picture_is_ignored():
    gray = PIL.ImageCms.ImageCmsProfile(
        PIL.ImageCms.createProfile("LAB")
    ).tobytes()
    data = encode(two_halves(), "PNG", icc_profile=gray)
    image = decode(uploads.prepare(data, 60))
    assert image.getpixel((30, 5)) == RED_UP


@pytest.fixture
def heic(monkeypatch):
    """Two halves, as a phone stores them that was held upright."""
    exif = PIL.Image.Exif()
    exif[274] = TURNED
    pillow_heif.register_heif_opener()  # Only so, it writes the orientation.
    monkeypatch.delitem(PIL.Image.OPEN, "HEIF")
    return encode(two_halves(), "HEIF", quality=95, exif=exif.tobytes())


def test_a_heic_photo_becomes_an_upright_jpeg(heic):
    image = decode(uploads.prepare(heic))
    assert (image.format, image.size) == ("JPEG", (40, 60))
    np.testing.assert_allclose(image.getpixel((35, 30)), RED_UP, atol=8)
    assert decode(uploads.prepare(heic, 30)).size == (20, 30)


def test_an_avif_of_the_general_brand_is_no_heic():
    data = bytearray(encode(two_halves(), "AVIF"))
    data[8:12] = b"mif1"
    assert decode(uploads.prepare(bytes(data))).size == (60, 40)


def test_a_missing_heic_package_is_named(heic, monkeypatch):
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(errors.ClientError, match="`pip install pi-heif`"):
        uploads.prepare(heic)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty."),
        (b"a letter", "is not a picture in a known format; save it as JPEG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "is damaged or breaks off"),
    ],
)
def test_files_without_a_picture_are_rejected(data, message):
    with pytest.raises(errors.ClientError, match=message):
        uploads.prepare(data)


@pytest.mark.parametrize("kind", ["EPS", "TGA"])
def test_formats_that_are_unsafe_or_have_no_signature_are_unknown(kind):
    with pytest.raises(errors.ClientError, match="not a picture in a known"):
        uploads.prepare(encode(two_halves(), kind))


@pytest.mark.parametrize("max_side", [60, 30])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_its_end_marker_gets_it(progressive, max_side):
    data = encode(two_halves(), "JPEG", progressive=progressive)
    expected = uploads.prepare(data, max_side)
    assert uploads.prepare(data[:-1], max_side) == expected
    assert uploads.prepare(data[:-2], max_side) == expected


def test_a_jpeg_that_lacks_pixels_is_left_to_the_server():
    data = encode(two_halves(), "JPEG")[:-12]
    assert uploads.prepare(data, 60) is data


@pytest.mark.parametrize("name", [b"tEXt", b"a\1cd"])
def test_damaged_ancillary_chunks_are_removed(name):
    data = encode(two_halves(), "PNG")
    start = data.index(b"IDAT") - 4
    damaged = bytes([0, 0, 0, 3]) + name + b"a\0b" + bytes(4)
    assert uploads.prepare(data[:start] + damaged + data[start:], 60) == data


def test_a_truncated_photo_is_rejected_if_it_must_be_decoded():
    data = encode(two_halves(), "TIFF")
    with pytest.raises(errors.ClientError, match="is damaged or breaks off"):
        uploads.prepare(data[: len(data) // 2])


@pytest.mark.parametrize(
    ("limit", "message"),
    [(None, "has 30000 x 30000 pixels"), (10**6, "is too large: .* Shrink it")],
)
def test_a_decompression_bomb_is_rejected_by_its_header(
    limit, message, monkeypatch
):
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", limit)
    small = encode(PIL.Image.new("1", (60, 40)), "BMP")
    sides = (30000).to_bytes(4, "little") * 2
    bomb = small[:18] + sides + small[26:]
    with pytest.raises(errors.ClientError, match=message):
        uploads.prepare(bomb)
