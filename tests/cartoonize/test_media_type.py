import corner_cases
import pytest

from cartoongan_tf.cartoonize import media_type

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
def test_pictures_are_known_by_their_bytes(format, tmp_path):
    data = corner_cases.encoded(
        corner_cases.photo(), format, **PICTURES[format]
    )
    assert media_type.of_bytes(data) == (media_type.Kind.PICTURE, format)
    (tmp_path / "named.mp4").write_bytes(data)
    found = media_type.of_file(tmp_path / "named.mp4")
    assert found == (media_type.Kind.PICTURE, format)


@pytest.mark.parametrize("name", VIDEOS)
def test_videos_are_known_by_their_bytes(name, tmp_path):
    assert media_type.of_bytes(VIDEOS[name]) == (media_type.Kind.VIDEO, None)
    (tmp_path / "named.jpg").write_bytes(VIDEOS[name])
    assert (
        media_type.of_file(tmp_path / "named.jpg").kind is media_type.Kind.VIDEO
    )


@pytest.mark.parametrize("suffix", ["gif", "png", "webp"])
def test_animations_are_told_from_pictures(suffix, tmp_path):
    path = tmp_path / f"it.{suffix}"
    corner_cases.animation()(path)
    found = media_type.of_file(path)
    assert found == (media_type.Kind.ANIMATION, suffix.upper())
    assert media_type.of_bytes(path.read_bytes()) == found
    corner_cases.with_alpha().save(path)
    assert media_type.of_file(path) == (media_type.Kind.PICTURE, suffix.upper())


def test_a_sequence_of_avif_is_an_animation(tmp_path):
    corner_cases.animation()(tmp_path / "it.avif")
    found = media_type.of_file(tmp_path / "it.avif")
    assert found == (media_type.Kind.ANIMATION, "AVIF")


def test_phones_pictures_are_no_videos():
    data = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
    assert media_type.of_bytes(data) == (media_type.Kind.PICTURE, "HEIF")


def test_of_what_is_neither_the_ending_tells_what_it_was(tmp_path):
    for name, expected in {
        "a.jpg": (media_type.Kind.PICTURE, "JPEG"),
        "a.jp2": (media_type.Kind.PICTURE, None),
        "a.MP4": (media_type.Kind.VIDEO, None),
        "camera.h264": (media_type.Kind.VIDEO, None),
        "code.ts": (None, None),
        "song.mod": (None, None),
        "a.txt": (None, None),
    }.items():
        (tmp_path / name).write_text("import nothing")
        assert media_type.of_file(tmp_path / name) == expected
    assert media_type.of_bytes(b"import nothing") == (None, None)
    assert media_type.of_bytes(b"") == (None, None)
