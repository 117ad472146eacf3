import io

import numpy as np
import PIL.Image
import pytest

from cartoongan_tf.images import headers
from cartoongan_tf.images import photo_io


@pytest.fixture(params=[False, True], ids=["baseline", "progressive"])
def jpeg(request, random):
    pixels = random.integers(0, 256, (45, 61, 3), "uint8")
    stream = io.BytesIO()
    PIL.Image.fromarray(pixels).save(stream, "JPEG", progressive=request.param)
    return stream.getvalue()


@pytest.mark.parametrize("missing", [1, 2])
def test_a_jpeg_without_its_end_marker_is_read(jpeg, missing, tmp_path):
    expected = photo_io.read_photo(jpeg)
    assert expected.note is None
    (tmp_path / "photo.jpg").write_bytes(jpeg[:-missing])
    for source in (jpeg[:-missing], tmp_path / "photo.jpg"):
        photo = photo_io.read_photo(source)
        assert photo.note.startswith("lacks its end marker")
        assert photo.format == "JPEG"
        np.testing.assert_array_equal(photo.pixels, expected.pixels)


@pytest.mark.parametrize("missing", [3, 4, 12, 200, 1000])
def test_a_jpeg_that_lacks_pixels_is_damaged(jpeg, missing):
    with pytest.raises(headers.UnreadableImage, match="truncated"):
        photo_io.read_photo(jpeg[:-missing])


def test_the_end_marker_of_a_thumbnail_does_not_count(random):
    stream = io.BytesIO()
    pixels = random.integers(0, 256, (45, 61, 3), "uint8")
    thumbnail = b"\xff\xd8\xff\xda and so on \xff\xd9"
    PIL.Image.fromarray(pixels).save(stream, "JPEG", comment=thumbnail)
    assert photo_io.read_photo(stream.getvalue()).note is None
    assert photo_io.read_photo(stream.getvalue()[:-2]).note


def test_trailing_data_is_ignored(jpeg):
    assert photo_io.read_photo(jpeg + b"a video" * 99).note is None
    assert photo_io.read_photo(jpeg[:-2] + b"a video" * 99).note


def test_a_png_without_its_end_is_damaged(random):
    stream = io.BytesIO()
    pixels = random.integers(0, 256, (45, 61, 3), "uint8")
    PIL.Image.fromarray(pixels).save(stream, "PNG")
    with pytest.raises(headers.UnreadableImage, match="truncated"):
        photo_io.read_photo(stream.getvalue()[:-200])


def test_a_too_large_jpeg_without_end_marker_is_rejected(jpeg):
    with pytest.raises(headers.UnreadableImage, match="61 x 45 pixels"):
        photo_io.read_photo(jpeg[:-2], max_pixels=61 * 45 - 1)
