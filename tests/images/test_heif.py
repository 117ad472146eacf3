import io
import sys

import numpy as np
import PIL.ExifTags
import PIL.Image
import PIL.ImageCms
import PIL.ImageOps
import pillow_heif
import pytest
import skimage.data
import tensorflow as tf

from cartoongan_tf.core import errors
from cartoongan_tf.images import headers
from cartoongan_tf.images import metadata
from cartoongan_tf.images import photo_io
from cartoongan_tf.images import pictures

PROFILE = PIL.ImageCms.ImageCmsProfile(
    PIL.ImageCms.createProfile("sRGB")
).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'


@pytest.fixture
def photo():
    return PIL.Image.fromarray(skimage.data.chelsea()).crop((90, 60, 250, 170))


@pytest.fixture
def write(photo, tmp_path, monkeypatch):
    """Writes photos as phones do, with all that those carry."""

    def write(orientation):
        exif = PIL.Image.Exif()
        exif[metadata.ORIENTATION] = orientation
        exif[PIL.ExifTags.Base.Make] = "A phone"
        path = tmp_path / "IMG_0001.HEIC"
        carried = {"exif": exif.tobytes(), "icc_profile": PROFILE, "xmp": XMP}
        photo.save(path, quality=95, **carried)
        return path

    pillow_heif.register_heif_opener()  # Only so, it writes the orientation.
    monkeypatch.delitem(PIL.Image.OPEN, "HEIF")
    return write


@pytest.fixture
def path(write):
    """A photo from a phone that was held upright."""
    return write(6)


@pytest.mark.parametrize("read", [lambda path: path, lambda p: p.read_bytes()])
def test_a_photo_is_read_upright_with_its_profile(read, photo, path):
    found = photo_io.read_photo(read(path))
    assert found.format == "HEIF"
    assert found.metadata.profile == PROFILE
    upright = np.asarray(photo.transpose(PIL.Image.Transpose.ROTATE_270))
    assert found.pixels.shape == upright.shape
    assert np.abs(found.pixels.astype(int) - upright).mean() < 5


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_are_read_upright_for_training(orientation, write, photo):
    path = write(orientation)
    photo.getexif()[metadata.ORIENTATION] = orientation
    upright = np.asarray(PIL.ImageOps.exif_transpose(photo)).astype(int)
    actual = pictures.read_picture(path)
    assert actual.shape == upright.shape
    assert np.abs(actual - upright).mean() < 5
    header = headers.read_header(path)
    headers.check_suffix(path, header)
    dataset = tf.data.Dataset.from_tensors((str(path), header.decoder))
    (decoded,) = dataset.map(pictures.decode_picture).as_numpy_iterator()
    np.testing.assert_array_equal(decoded, actual)


def test_metadata_is_copied_to_a_jpeg(path, tmp_path):
    read = photo_io.read_photo(path)
    target = tmp_path / "IMG_0001.jpg"
    photo_io.write_photo(
        target, read.pixels, format="JPEG", metadata=read.metadata
    )
    with PIL.Image.open(target) as image:
        assert image.size == (110, 160)
        assert dict(image.getexif()) == {PIL.ExifTags.Base.Make: "A phone"}
        assert image.info["icc_profile"] == PROFILE
        assert image.info["xmp"] == XMP


def test_no_opener_is_registered_with_pillow(path):
    photo_io.read_photo(path)
    assert "HEIF" not in PIL.Image.OPEN


def test_a_missing_extra_is_an_error_with_the_fix(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(errors.InputError) as caught:
        photo_io.read_photo(path)
    assert "IMG_0001.HEIC is a HEIC picture; run" in str(caught.value)
    assert "`pip install pi-heif`" in str(caught.value)


def test_a_truncated_photo_is_damaged(path):
    data = path.read_bytes()
    with pytest.raises(errors.InputError, match="damaged or truncated"):
        photo_io.read_photo(data[: len(data) // 2])


def test_avif_with_the_generic_brand_is_not_heif(photo):
    stream = io.BytesIO()
    photo.save(stream, "AVIF")
    data = bytearray(stream.getvalue())
    data[8:12] = b"mif1"
    assert photo_io.read_photo(bytes(data)).format == "AVIF"
