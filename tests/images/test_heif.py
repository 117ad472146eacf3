import io
import sys

import numpy as np
import PIL.Image
import PIL.ImageCms
import pillow_heif
import pytest
import skimage.data

from cartoongan_tf.core import errors
from cartoongan_tf.images import metadata
from cartoongan_tf.images import photo_io

PROFILE = PIL.ImageCms.ImageCmsProfile(
    PIL.ImageCms.createProfile("sRGB")
).tobytes()


@pytest.fixture
def photo():
    return PIL.Image.fromarray(skimage.data.chelsea()).crop((90, 60, 250, 170))


@pytest.fixture
def path(photo, tmp_path, monkeypatch):
    """As of a phone that was held upright, with its color profile."""
    exif = PIL.Image.Exif()
    exif[metadata.ORIENTATION] = 6
    path = tmp_path / "IMG_0001.HEIC"
    pillow_heif.register_heif_opener()  # Only so, it writes the orientation.
    monkeypatch.delitem(PIL.Image.OPEN, "HEIF")
    photo.save(path, quality=95, exif=exif.tobytes(), icc_profile=PROFILE)
    return path


@pytest.mark.parametrize("read", [lambda path: path, lambda p: p.read_bytes()])
def test_a_photo_is_read_upright_with_its_profile(read, photo, path):
    found = photo_io.read_photo(read(path))
    assert found.format == "HEIF"
    assert found.metadata.profile == PROFILE
    upright = np.asarray(photo.transpose(PIL.Image.Transpose.ROTATE_270))
    assert found.pixels.shape == upright.shape
    assert np.abs(found.pixels.astype(int) - upright).mean() < 5


def test_pillow_stays_as_it_is_for_the_rest_of_the_process(path):
    photo_io.read_photo(path)
    assert "HEIF" not in PIL.Image.OPEN


def test_without_its_extra_a_photo_is_an_error_with_the_fix(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(errors.InputError) as caught:
        photo_io.read_photo(path)
    assert "IMG_0001.HEIC is a HEIC picture; run" in str(caught.value)
    assert "`pip install 'cartoongan-tf[heic]'`" in str(caught.value)


def test_a_truncated_photo_is_damaged(path):
    data = path.read_bytes()
    with pytest.raises(errors.InputError, match="damaged or breaks off"):
        photo_io.read_photo(data[: len(data) // 2])


def test_an_avif_picture_of_the_general_brand_is_no_heif(photo):
    stream = io.BytesIO()
    photo.save(stream, "AVIF")
    data = bytearray(stream.getvalue())
    data[8:12] = b"mif1"
    assert photo_io.read_photo(bytes(data)).format == "AVIF"
