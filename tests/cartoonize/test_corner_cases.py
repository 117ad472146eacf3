"""All corner cases in one folder, processed as by the command."""

import collections

import corner_cases
import numpy as np
import PIL.Image
import pytest

from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_types
from cartoongan_tf.cartoonize import outputs
from cartoongan_tf.core import errors
from cartoongan_tf.images import animations
from cartoongan_tf.images import photo_io
from cartoongan_tf.inference import loading

pytestmark = pytest.mark.filterwarnings(
    "ignore::UserWarning:PIL.TiffImagePlugin"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for name, (make, _) in corner_cases.RESULTS.items():
        make(folder / name)
    for name, (make, _) in corner_cases.COMPLAINTS.items():
        make(folder / name)
    for name, make in corner_cases.SKIPPED.items():
        make(folder / name)
    return folder


@pytest.fixture(scope="module")
def run(folder, tmp_path_factory):
    """Results and errors by name, and the inputs."""
    cartoons = tmp_path_factory.mktemp("cartoons")
    found = inputs.find([str(folder)], output=cartoons)
    assert not found.problems
    results, complaints = {}, {}
    for output in outputs.plan(found.inputs, cartoons).outputs:
        name = str(output.input.relative)
        try:
            make(output)
            results[name] = output.path
        except errors.InputError as error:
            complaints[name] = str(error)
    return results, complaints, found


def cartoonize(picture):
    if min(picture.shape[:2]) < 16:  # The limit of the networks.
        height, width, _ = picture.shape
        raise errors.InputError(f"{width}x{height} pixels is too small")
    return 255 - picture


def make(output):
    if output.input.media_type is media_types.MediaType.ANIMATION:
        animation = animations.Animation(output.input.source)
        animations.write_animation(
            output.path,
            (
                f._replace(pixels=cartoonize(f.pixels))
                for f in animation.frames()
            ),
            animation.timeline,
            format=output.format,
            metadata=animation.metadata,
        )
        return
    photo = photo_io.read_photo(output.input.source)
    photo_io.write_photo(
        output.path,
        cartoonize(photo.pixels),
        alpha=photo.alpha,
        metadata=photo.metadata,
        format=output.format,
    )


@pytest.mark.parametrize("name", corner_cases.RESULTS)
def test_files_have_the_expected_results(run, name):
    results, complaints, _ = run
    assert name not in complaints
    format, size, has_alpha = corner_cases.RESULTS[name][1]
    with PIL.Image.open(results[name]) as image:
        assert (image.format, image.size) == (format, size)
        if not getattr(image, "is_animated", False):
            assert image.has_transparency_data == has_alpha
            assert image.getexif().get(274, 1) == 1


@pytest.mark.parametrize("name", corner_cases.COMPLAINTS)
def test_an_unreadable_file_is_reported(run, name):
    results, complaints, _ = run
    assert name not in results
    assert corner_cases.COMPLAINTS[name][1] in complaints[name]


def test_other_files_are_skipped_and_no_temporary_files_are_left(run):
    results, _, found = run
    names = {str(each.relative) for each in found.inputs}
    assert names == {*corner_cases.RESULTS, *corner_cases.COMPLAINTS}
    folder = next(iter(results.values())).parent
    assert set(folder.iterdir()) == set(results.values())
    assert found.skipped == collections.Counter(
        {
            "special file or broken link": 2,
            "hidden": 1,
            ".txt": 1,
        }
    )


@pytest.mark.parametrize("code", range(1, 9))
def test_orientation_is_undone(run, folder, code):
    """Expected arrays follow the EXIF definition of each orientation."""
    stored = np.asarray(PIL.Image.open(folder / f"turned_{code}.jpg"))
    upright = {
        1: stored,
        2: stored[:, ::-1],
        3: stored[::-1, ::-1],
        4: stored[::-1],
        5: stored.swapaxes(0, 1),
        6: stored[::-1].swapaxes(0, 1),
        7: stored[::-1, ::-1].swapaxes(0, 1),
        8: stored[:, ::-1].swapaxes(0, 1),
    }[code]
    photo = photo_io.read_photo(folder / f"turned_{code}.jpg")
    np.testing.assert_array_equal(photo.pixels, upright)


def test_networks_reject_too_small_pictures(folder, generator, tmp_path):
    generator.save(tmp_path / "tiny.keras")
    open_model = loading.open_model(tmp_path / "tiny.keras", "model")
    photo = photo_io.read_photo(folder / "least.png")
    assert open_model(photo.pixels).shape == photo.pixels.shape
    photo = photo_io.read_photo(folder / "small.png")
    with pytest.raises(errors.InputError, match="15x15 pixels is too small"):
        open_model(photo.pixels)
