"""All corner cases in one folder, as a command would go through it."""

import collections

import corner_cases
import numpy as np
import PIL.Image
import pytest

from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_type
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
    """Outcomes: results and complaints by name, and the input."""
    output = tmp_path_factory.mktemp("cartoons")
    found = inputs.find([str(folder)], output=output)
    assert not found.problems
    results, complaints = {}, {}
    for task in outputs.plan(found.jobs, output).tasks:
        name = str(task.job.relative)
        try:
            cartoonize_task(task)
            results[name] = task.path
        except errors.InputError as error:
            complaints[name] = str(error)
    return results, complaints, found


def cartoonize(picture):
    if min(picture.shape[:2]) < 16:  # As the networks' own limit is told.
        height, width, _ = picture.shape
        raise errors.InputError(f"{width}x{height} pixels is too small")
    return 255 - picture


def cartoonize_task(task):
    if task.job.kind is media_type.Kind.ANIMATION:
        animation = animations.Animation(task.job.source)
        animations.write_animation(
            task.path,
            (
                f._replace(pixels=cartoonize(f.pixels))
                for f in animation.frames()
            ),
            animation.timeline,
            format=task.format,
            metadata=animation.metadata,
        )
        return
    photo = photo_io.read_photo(task.job.source)
    photo_io.write_photo(
        task.path,
        cartoonize(photo.pixels),
        alpha=photo.alpha,
        metadata=photo.metadata,
        format=task.format,
    )


@pytest.mark.parametrize("name", corner_cases.RESULTS)
def test_a_file_becomes_what_it_should(run, name):
    results, complaints, _ = run
    assert name not in complaints
    kind, size, has_alpha = corner_cases.RESULTS[name][1]
    with PIL.Image.open(results[name]) as image:
        assert (image.format, image.size) == (kind, size)
        if not getattr(image, "is_animated", False):
            assert image.has_transparency_data == has_alpha
            assert image.getexif().get(274, 1) == 1


@pytest.mark.parametrize("name", corner_cases.COMPLAINTS)
def test_a_file_that_cannot_be_read_is_reported(run, name):
    results, complaints, _ = run
    assert name not in results
    assert corner_cases.COMPLAINTS[name][1] in complaints[name]


def test_nothing_else_is_touched_and_no_draft_is_left(run):
    results, _, found = run
    names = {str(job.relative) for job in found.jobs}
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
def test_a_turned_photo_is_upright(run, folder, code):
    """Rows and columns by hand, from what EXIF says of each code."""
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


def test_the_networks_refuse_what_is_too_small(folder, generator, tmp_path):
    generator.save(tmp_path / "tiny.keras")
    open_model = loading.open_model(tmp_path / "tiny.keras", "model")
    photo = photo_io.read_photo(folder / "least.png")
    assert open_model(photo.pixels).shape == photo.pixels.shape
    photo = photo_io.read_photo(folder / "small.png")
    with pytest.raises(errors.InputError, match="15x15 pixels is too small"):
        open_model(photo.pixels)
