import io
import pathlib

import corner_cases
import numpy as np
import PIL.Image
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.images import formats


def test_formats_have_aliases():
    for name in ("jpg", "JPEG", ".jpe"):
        assert formats.by_name(name) == "JPEG"
    assert formats.by_name("tif") == "TIFF"
    with pytest.raises(
        errors.InputError, match="`format`=heic is not an output"
    ):
        formats.by_name("heic")


@pytest.mark.parametrize(
    "name", [n for n, f in formats.FORMATS.items() if f.has_alpha]
)
def test_formats_with_alpha_support_partial_transparency(name):
    stream = io.BytesIO()
    corner_cases.with_alpha().save(stream, name)
    with PIL.Image.open(stream) as image:
        assert len(np.unique(np.asarray(image.getchannel("A")))) > 20


def test_a_valid_extension_is_kept():
    for path, expected in {
        "a.JPG": ".JPG",
        "a.jpeg": ".jpeg",
        "a.png": ".jpg",
        "a": ".jpg",
    }.items():
        path = pathlib.Path(path)
        assert formats.suffix_for("JPEG", path) == expected


def test_quality_is_for_lossy_formats_only():
    formats.check_quality("JPEG", 1)
    formats.check_quality("PNG", None)
    for quality in (0, 101):
        with pytest.raises(errors.InputError, match="must be 1 to 100"):
            formats.check_quality("JPEG", quality)
    with pytest.raises(errors.InputError, match="one of AVIF, JPEG, WEBP"):
        formats.check_quality("PNG", 80)
