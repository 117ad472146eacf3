import corner_cases
import pytest

from cartoongan_tf.cartoonize import media_types

PICTURES = {
    "BMP": {},
    "GIF": {},
    "JPEG": {},
    "JPEG2000": {},
    "PNG": {},
    "PPM": {},
    "QOI": {},
    "TIFF": {},
    "WEBP": {},
    "AVIF": {},
    "ICO": {"sizes": [(16, 16)]},
}
# The first bytes, as the formats' specifications say.
VIDEOS = {
    "mp4": b"\0\0\0\x18ftypisom",
    "mov": b"\0\0\0\x14ftypqt  ",
    "old mov": b"\0\0\0\x08wide\0\0\0\0mdat",
    "mkv": b"\x1aE\xdf\xa3\x01\0\0\0",
    "avi": b"RIFF\0\0\0\0AVI LIST",
    "ogv": b"OggS\0\2\0\0",
    "flv": b"FLV\x01\5\0\0\0",
    "vob": b"\0\0\1\xba\x44\0\4\0",
    "ts": b"G" + bytes(187) + b"G" + bytes(187),
    "m2ts": (bytes(4) + b"G" + bytes(187)) * 2,
    "wmv": bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"),
}


@pytest.mark.parametrize("format", PICTURES)
def test_pictures_are_detected_by_content(format, tmp_path):
    data = corner_cases.encoded(
        corner_cases.photo(), format, **PICTURES[format]
    )
    assert media_types.of_bytes(data) == (media_types.MediaType.PICTURE, format)
    (tmp_path / "named.mp4").write_bytes(data)
    found = media_types.of_file(tmp_path / "named.mp4")
    assert found == (media_types.MediaType.PICTURE, format)


@pytest.mark.parametrize("name", VIDEOS)
def test_videos_are_detected_by_content(name, tmp_path):
    assert media_types.of_bytes(VIDEOS[name]) == (
        media_types.MediaType.VIDEO,
        None,
    )
    (tmp_path / "named.jpg").write_bytes(VIDEOS[name])
    assert (
        media_types.of_file(tmp_path / "named.jpg").media_type
        is media_types.MediaType.VIDEO
    )


@pytest.mark.parametrize("suffix", ["gif", "png", "webp"])
def test_animations_are_distinguished_from_pictures(suffix, tmp_path):
    path = tmp_path / f"it.{suffix}"
    corner_cases.animation()(path)
    found = media_types.of_file(path)
    assert found == (media_types.MediaType.ANIMATION, suffix.upper())
    assert media_types.of_bytes(path.read_bytes()) == found
    corner_cases.with_alpha().save(path)
    assert media_types.of_file(path) == (
        media_types.MediaType.PICTURE,
        suffix.upper(),
    )


def test_an_avif_sequence_is_an_animation(tmp_path):
    corner_cases.animation()(tmp_path / "it.avif")
    found = media_types.of_file(tmp_path / "it.avif")
    assert found == (media_types.MediaType.ANIMATION, "AVIF")


def test_heic_pictures_are_not_videos():
    data = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    assert media_types.of_bytes(data) == (media_types.MediaType.PICTURE, "HEIF")


def test_unknown_content_is_classified_by_extension(tmp_path):
    for name, expected in {
        "a.jpg": (media_types.MediaType.PICTURE, "JPEG"),
        "a.jp2": (media_types.MediaType.PICTURE, None),
        "a.MP4": (media_types.MediaType.VIDEO, None),
        "camera.h264": (media_types.MediaType.VIDEO, None),
        "code.ts": (None, None),
        "song.mod": (None, None),
        "a.txt": (None, None),
    }.items():
        (tmp_path / name).write_text("import nothing")
        assert media_types.of_file(tmp_path / name) == expected
    assert media_types.of_bytes(b"import nothing") == (None, None)
    assert media_types.of_bytes(b"") == (None, None)
