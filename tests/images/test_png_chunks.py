import io
import zlib

import corner_cases
import numpy as np
import PIL.Image
import PIL.ImageCms
import PIL.PngImagePlugin
import pytest
import tensorflow as tf

from cartoongan_tf.images import animations
from cartoongan_tf.images import headers
from cartoongan_tf.images import photo_io
from cartoongan_tf.images import pictures

_BEFORE_PIXELS = 33  # Offset, after the signature and IHDR.
_AFTER_PIXELS = -12  # Offset, before IEND.
_MEGABYTES = 3 * 2**20


def chunk(name, content, is_damaged=False):
    checksum = zlib.crc32(name + content) ^ is_damaged
    length = len(content).to_bytes(4, "big")
    return length + name + content + checksum.to_bytes(4, "big")


def with_chunk(data, added, at):
    return data[:at] + added + data[at:]


@pytest.fixture
def png():
    return corner_cases.encoded(corner_cases.photo(), "PNG")


@pytest.mark.parametrize("at", [_BEFORE_PIXELS, _AFTER_PIXELS])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        (b"iCCP", b"a\0\0" + zlib.compress(corner_cases.srgb_profile())),
        (b"iTXt", b"Title\0\0\0\0\0a photo"),
        (b"zTXt", b"Title\0\0" + zlib.compress(b"a photo")),
        (b"pHYs", bytes(9)),
        (b"a\1cd", b"no chunk at all"),
    ],
)
def test_damaged_ancillary_chunks_are_ignored(png, name, content, at):
    added = chunk(name, content, is_damaged=name.isalpha())
    photo = photo_io.read_photo(with_chunk(png, added, at))
    np.testing.assert_array_equal(photo.pixels, corner_cases.photo())
    assert not photo.metadata.profile
    assert not photo.metadata.texts


def test_training_ignores_damaged_ancillary_chunks(png, tmp_path):
    path = tmp_path / "photo.png"
    added = chunk(b"iTXt", b"Title\0\0\0\0\0a photo", is_damaged=True)
    path.write_bytes(with_chunk(png, added, _BEFORE_PIXELS))
    header = headers.read_header(path)
    for picture in (
        pictures.read_picture(path),
        pictures.decode_picture(tf.constant(str(path)), header.decoder),
    ):
        np.testing.assert_array_equal(picture, corner_cases.photo())


def test_damaged_pixels_are_an_error(png):
    at = png.index(b"IDAT") + 100
    broken = png[:at] + bytes(50) + png[at + 50 :]
    with pytest.raises(headers.UnreadableImage, match="damaged"):
        photo_io.read_photo(broken)


def test_frames_with_wrong_checksums_are_kept():
    shown = [PIL.Image.new("RGB", (20, 16), c) for c in ("red", "blue")]
    data = corner_cases.encoded(
        shown[0], "PNG", save_all=True, append_images=shown[1:]
    )
    at = data.index(b"fdAT")
    length = int.from_bytes(data[at - 4 : at], "big")
    end = at + 4 + length
    animation = animations.Animation(data[:end] + bytes(4) + data[end + 4 :])
    assert animation.timeline.length == 2


@pytest.mark.parametrize("at", [_BEFORE_PIXELS, _AFTER_PIXELS])
def test_long_texts_are_kept(png, at):
    text = "a" * _MEGABYTES
    added = chunk(b"zTXt", b"prompt\0\0" + zlib.compress(text.encode()))
    photo = photo_io.read_photo(with_chunk(png, added, at))
    assert photo.metadata.texts == {"prompt": text}
    stream = io.BytesIO()
    photo_io.write_photo(
        stream, photo.pixels, format="PNG", metadata=photo.metadata
    )
    assert photo_io.read_photo(stream.getvalue()).metadata == photo.metadata


def test_large_profiles_are_kept(png):
    profile = corner_cases.srgb_profile() + bytes(_MEGABYTES)
    added = chunk(b"iCCP", b"a\0\0" + zlib.compress(profile))
    data = with_chunk(png, added, _BEFORE_PIXELS)
    assert photo_io.read_photo(data).metadata.profile == profile
