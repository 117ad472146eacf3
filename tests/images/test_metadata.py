import io
import struct

import corner_cases
import numpy as np
import PIL.ExifTags
import PIL.Image
import PIL.ImageCms
import PIL.PngImagePlugin
import pytest

from cartoongan_tf.images import metadata
from cartoongan_tf.images import photo_io
from cartoongan_tf.images import png_chunks

IFD = PIL.ExifTags.IFD
EXIF_FORMATS = ["AVIF", "JPEG", "PNG", "TIFF", "WEBP"]
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    b'xmlns:dc="http://purl.org/dc/elements/1.1/" '
    b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
    b'xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    b'tiff:Orientation="6" dc:title="A cat"><xmp:Thumbnails>'
    b"<rdf:li>/9j/4AAQ</rdf:li></xmp:Thumbnails>"
    b"<tiff:Orientation>6</tiff:Orientation></rdf:Description></x:xmpmeta>"
)


def camera_exif(orientation=6):
    """Returns EXIF with details, GPS position and thumbnail."""
    exif = PIL.Image.Exif()
    exif[271] = "A camera"
    exif[274] = orientation
    details = exif.get_ifd(IFD.Exif)
    details[PIL.ExifTags.Base.ExifImageWidth] = corner_cases.WIDTH
    details[PIL.ExifTags.Base.ExifImageHeight] = corner_cases.HEIGHT
    details[PIL.ExifTags.Base.ExposureTime] = 0.25
    details[PIL.ExifTags.Base.UserComment] = b"ASCII\0\0\0Meow"
    details[IFD.Interop] = {1: "R98"}
    exif.get_ifd(IFD.GPSInfo)[1] = "N"
    return with_thumbnail(exif.tobytes())


def with_thumbnail(block):
    """Appends a second directory (IFD1), as cameras do."""
    body = bytearray(block[6:])
    order = "<" if body[:2] == b"II" else ">"
    (first,) = struct.unpack_from(order + "I", body, 4)
    (count,) = struct.unpack_from(order + "H", body, first)
    struct.pack_into(order + "I", body, first + 2 + 12 * count, len(body))
    picture = corner_cases.JPEG
    data_at = len(body) + 2 + 2 * 12 + 4
    body += struct.pack(order + "H", 2)
    body += struct.pack(order + "HHII", 513, 4, 1, data_at)
    body += struct.pack(order + "HHII", 514, 4, 1, len(picture))
    body += struct.pack(order + "I", 0) + picture
    return block[:6] + bytes(body)


def rewrite(format, source_options, *, source_format="JPEG", strip=False):
    """Returns an image and its bytes after reading and writing it."""
    stream = io.BytesIO()
    corner_cases.photo().save(stream, source_format, **source_options)
    photo = photo_io.read_photo(stream.getvalue())
    kept = photo.metadata.only_colors() if strip else photo.metadata
    target = io.BytesIO()
    photo_io.write_photo(target, photo.pixels, metadata=kept, format=format)
    image = PIL.Image.open(target)
    image.load()
    return image, target.getvalue()


@pytest.mark.parametrize("format", EXIF_FORMATS)
def test_exif_is_kept_and_describes_the_upright_picture(format):
    image, data = rewrite(format, {"exif": camera_exif()})
    exif = image.getexif()
    details = exif.get_ifd(IFD.Exif)
    assert 274 not in exif
    assert exif[271] == "A camera"
    assert details[PIL.ExifTags.Base.ExifImageWidth] == image.width == 32
    assert details[PIL.ExifTags.Base.ExifImageHeight] == image.height == 48
    assert details[PIL.ExifTags.Base.ExposureTime] == 0.25
    assert details[PIL.ExifTags.Base.UserComment] == b"ASCII\0\0\0Meow"
    assert exif.get_ifd(IFD.GPSInfo)[1] == "N"
    if format != "TIFF":  # Pillow does not read it from a TIFF.
        assert exif.get_ifd(IFD.Interop)[1] == "R98"
    assert corner_cases.JPEG not in data


@pytest.mark.parametrize(
    "text", ["Jörg".encode(), "Jörg".encode("latin-1"), "猫".encode()]
)
@pytest.mark.parametrize("format", EXIF_FORMATS)
def test_exif_keeps_texts_that_are_not_ascii(format, text):
    tags, placeholder = PIL.ExifTags.Base, "x" * len(text)
    exif = PIL.Image.Exif()
    exif[tags.Artist] = placeholder
    exif.get_ifd(IFD.Exif)[tags.LensModel] = placeholder
    exif.get_ifd(IFD.GPSInfo)[PIL.ExifTags.GPS.GPSMapDatum] = placeholder
    data = exif.tobytes().replace(placeholder.encode(), text)
    kept = rewrite(format, {"exif": data})[0].getexif()
    for found in (
        kept[tags.Artist],
        kept.get_ifd(IFD.Exif)[tags.LensModel],
        kept.get_ifd(IFD.GPSInfo)[PIL.ExifTags.GPS.GPSMapDatum],
    ):
        assert found.encode("latin-1") == text


def test_the_source_has_a_thumbnail():
    exif = PIL.Image.Exif()
    exif.load(camera_exif())
    assert exif.get_ifd(IFD.IFD1)[513]
    assert corner_cases.JPEG in camera_exif()


def test_storage_tags_of_a_tiff_are_dropped():
    image, _ = rewrite(
        "JPEG",
        {"compression": "tiff_lzw", "description": "A cat"},
        source_format="TIFF",
    )
    exif = image.getexif()
    assert exif[270] == "A cat"
    assert set(exif) <= {270, 282, 283, 296}


@pytest.mark.parametrize("format", EXIF_FORMATS)
def test_xmp_is_kept_without_orientation_and_thumbnail(format):
    image, _ = rewrite(format, {"xmp": XMP})
    packet = image.info.get("xmp") or image.info["XML:com.adobe.xmp"]
    packet = packet.encode() if isinstance(packet, str) else packet
    assert b'dc:title="A cat"' in packet
    assert b"Orientation" not in packet
    assert b"Thumbnails" not in packet


@pytest.mark.parametrize("format", EXIF_FORMATS)
def test_an_rgb_profile_is_kept(format):
    profile = corner_cases.srgb_profile()  # Stands for any RGB profile.
    image, _ = rewrite(format, {"icc_profile": profile})
    assert image.info["icc_profile"] == profile


def test_pixels_with_an_rgb_profile_are_not_converted():
    photo, profile = corner_cases.photo(), corner_cases.srgb_profile()
    image, _ = rewrite("PNG", {"icc_profile": profile}, source_format="PNG")
    np.testing.assert_array_equal(np.asarray(image), np.asarray(photo))


@pytest.mark.parametrize(
    "profile",
    [b"none", corner_cases.gray_profile(), corner_cases.cmyk_profile()],
    ids=["broken", "gray", "cmyk"],
)
def test_a_profile_that_does_not_fit_rgb_is_dropped(profile):
    image, _ = rewrite("PNG", {"icc_profile": profile})
    assert "icc_profile" not in image.info


@pytest.mark.parametrize("format", ["BMP", "JPEG", "PNG", "TIFF"])
def test_the_resolution_is_kept(format):
    image, _ = rewrite(format, {"dpi": (300, 150)})
    assert image.info["dpi"] == pytest.approx((300, 150), abs=0.05)


@pytest.mark.parametrize("strip", [False, True])
@pytest.mark.parametrize(
    "colors",
    [
        {b"cICP": bytes([12, 13, 0, 1])},
        {b"gAMA": struct.pack(">I", 100_000)},
        {b"gAMA": struct.pack(">I", 45_455), b"cHRM": bytes(range(32))},
        {b"sRGB": b"\1"},
    ],
    ids=["display_p3", "linear", "primaries", "srgb"],
)
def test_color_chunks_of_a_png_are_kept(colors, strip):
    chunks = PIL.PngImagePlugin.PngInfo()
    for name, content in colors.items():
        chunks.add(name, content)
    options = {"pnginfo": chunks}
    _, data = rewrite("PNG", options, source_format="PNG", strip=strip)
    assert png_chunks.colors(data) == colors
    _, data = rewrite("JPEG", options, source_format="PNG", strip=strip)
    assert png_chunks.colors(data) == {}


def test_texts_of_a_png_are_kept():
    texts = PIL.PngImagePlugin.PngInfo()
    texts.add_text("Title", "A cat")
    texts.add_itxt("Author", "Élise 漢")
    texts.add_text("Raw profile type 8bim", "as ImageMagick keeps them")
    image, _ = rewrite("PNG", {"pnginfo": texts}, source_format="PNG")
    assert image.text == {"Title": "A cat", "Author": "Élise 漢"}


def test_a_comment_is_kept_across_formats():
    image, data = rewrite("PNG", {"comment": b"Meow"})
    assert image.text == {"Comment": "Meow"}
    stream = io.BytesIO()
    photo = photo_io.read_photo(data)
    photo_io.write_photo(
        stream, photo.pixels, metadata=photo.metadata, format="JPEG"
    )
    assert PIL.Image.open(stream).info["comment"] == b"Meow"


def test_stripping_keeps_only_the_profile():
    profile = corner_cases.srgb_profile()
    image, _ = rewrite(
        "JPEG",
        {
            "exif": camera_exif(),
            "xmp": XMP,
            "dpi": (300, 300),
            "comment": b"Meow",
            "icc_profile": profile,
        },
        strip=True,
    )
    jfif = {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert set(image.info) - jfif == {"icc_profile"}


def test_metadata_too_large_for_jpeg_is_dropped():
    long = XMP.replace(b"A cat", b"A cat" * 15_000)
    image, _ = rewrite("JPEG", {"xmp": long}, source_format="WEBP")
    assert "xmp" not in image.info
    image, _ = rewrite("PNG", {"xmp": long}, source_format="WEBP")
    assert image.info.get("xmp") or image.info["XML:com.adobe.xmp"]


@pytest.mark.filterwarnings("ignore::UserWarning:PIL.TiffImagePlugin")
@pytest.mark.parametrize("at", range(6, 120, 3))
def test_corrupt_exif_does_not_prevent_reading(at):
    block = bytearray(camera_exif(orientation=1))
    block[at : at + 4] = b"\xff\xfe\xfd\xfc"
    image, _ = rewrite("JPEG", {"exif": bytes(block)})
    assert image.size in (corner_cases.SIZE, corner_cases.TURNED)


def test_an_invalid_orientation_is_ignored():
    image, _ = rewrite("JPEG", {"exif": camera_exif(orientation=9)})
    assert image.size == corner_cases.SIZE
    assert metadata.ORIENTATION not in image.getexif()
