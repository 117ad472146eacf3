import os

import numpy as np
import pytest
import small_model

from cartoongan_tf.cartoonize import cartoonizer
from cartoongan_tf.core import errors
from cartoongan_tf.images import photo_io
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import loading


@pytest.fixture
def model(tmp_path):
    """A small generator in a file."""
    return small_model.write(tmp_path)


@pytest.fixture
def photo(random):
    return random.integers(0, 256, (40, 57, 3), "uint8")


def test_arrays_are_cartoonized(model, photo):
    before = photo.copy()
    cartoon = cartoonizer.Cartoonizer(model)(photo)
    assert cartoon.shape == photo.shape
    assert cartoon.dtype == np.uint8
    np.testing.assert_array_equal(photo, before)
    expected = loading.open_model(model, "model")(photo)
    np.testing.assert_array_equal(cartoon, expected)


def test_strength_and_color_are_applied(model, photo):
    plain = cartoonizer.Cartoonizer(model)(photo).astype(int)
    half = cartoonizer.Cartoonizer(model, strength=0.5)(photo)
    assert np.abs(half - (plain + photo) / 2).max() <= 0.5
    colored = cartoonizer.Cartoonizer(model, preserve_color=True)(photo)
    offsets = [np.abs(c.mean() - photo.mean()) for c in (colored, plain)]
    assert offsets[0] < offsets[1] / 2
    for_video = cartoonizer.Cartoonizer(model, strength=0.5).for_video()
    np.testing.assert_array_equal(for_video(photo), half)


def test_a_batch_equals_single_pictures(model, random):
    batch = random.integers(0, 256, (3, 40, 57, 3), "uint8")
    cartoonize = cartoonizer.Cartoonizer(model, strength=0.7)
    for function in (cartoonize, cartoonize.for_video()):
        together = function(batch).astype(int)
        for cartoon, photo in zip(together, batch, strict=True):
            assert np.abs(cartoon - cartoonize(photo)).max() <= 1


def test_tile_size_does_not_affect_results(model, random):
    large = random.integers(0, 256, (130, 150, 3), "uint8")
    tiled = cartoonizer.Cartoonizer(model, tile=100)(large).astype(int)
    assert np.abs(tiled - cartoonizer.Cartoonizer(model)(large)).max() <= 1
    with pytest.raises(errors.InputError, match="`tile`=5 is too small"):
        cartoonizer.Cartoonizer(model, tile=5)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((20, 30, 3)),
        np.zeros((20, 30), "uint8"),
        np.zeros((20, 30, 4), "uint8"),
        np.zeros((1, 1, 20, 30, 3), "uint8"),
        [[0]],
        "photo.jpg",
    ],
)
def test_other_types_are_rejected(model, picture):
    with pytest.raises(TypeError, match="must be a uint8 array of shape"):
        cartoonizer.Cartoonizer(model)(picture)


def test_small_pictures_are_rejected(model):
    small = np.zeros((15, 30, 3), "uint8")
    with pytest.raises(errors.InputError, match="30x15 pixels is too small"):
        cartoonizer.Cartoonizer(model)(small)


def test_files_are_cartoonized(model, photo, tmp_path):
    pictures.write_png(tmp_path / "photo.png", photo)
    cartoonize = cartoonizer.Cartoonizer(model)
    cartoonize.file(tmp_path / "photo.png", tmp_path / "new/cartoon.bmp")
    made = photo_io.read_photo(tmp_path / "new/cartoon.bmp").pixels
    np.testing.assert_array_equal(made, cartoonize(photo))


@pytest.mark.parametrize(
    ("name", "message"),
    [("gone.png", "gone.png does not exist"), ("text.png", "text.png is not")],
)
def test_an_unreadable_file_is_reported(model, tmp_path, name, message):
    (tmp_path / "text.png").write_text("text")
    with pytest.raises(errors.InputError, match=message):
        cartoonizer.Cartoonizer(model).file(tmp_path / name, "cartoon.png")


def test_folders_are_cartoonized(model, photo, tmp_path):
    pictures.write_png(tmp_path / "photos/1.png", photo)
    pictures.write_png(tmp_path / "photos/sub/2.png", photo[:20])
    (tmp_path / "photos/3.png").write_text("text")
    cartoonize = cartoonizer.Cartoonizer(model)
    outcomes = cartoonize.folder(tmp_path / "photos", tmp_path / "out")
    problems = [o.problem for o in outcomes if o.problem]
    assert len(outcomes) == 3
    assert len(problems) == 1
    assert "3.png" in problems[0]
    made = photo_io.read_photo(tmp_path / "out/sub/2.png").pixels
    np.testing.assert_array_equal(made, cartoonize(photo[:20]))
    (left,) = cartoonize.folder(tmp_path / "photos", tmp_path / "out")
    assert left.problem == problems[0]


def test_the_fingerprint_identifies_model_and_arguments(model):
    first = cartoonizer.Cartoonizer(model).fingerprint
    assert cartoonizer.Cartoonizer(model).fingerprint == first
    assert cartoonizer.Cartoonizer(model, strength=0.5).fingerprint != first
    assert cartoonizer.Cartoonizer(model, tile=200).fingerprint != first
    os.utime(model, (1, 1))
    assert cartoonizer.Cartoonizer(model).fingerprint != first
