import dataclasses
import pathlib

import corner_cases
import pytest

from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_type
from cartoongan_tf.cartoonize import outputs
from cartoongan_tf.core import errors
from cartoongan_tf.images import photo_io

Kind = media_type.Kind


def job(place, kind=Kind.PICTURE, format="JPEG", **fields):
    place = pathlib.PurePath(place)
    source = pathlib.Path("photos") / place
    return inputs.Job(kind, source, place, format, **fields)


def named(*args, **fields):
    return job(*args, is_named=True, **fields)


def written(jobs, output, **options):
    """The results' places in a folder, and their formats, by input."""
    plan = outputs.plan(jobs, output, **options)
    return {
        str(task.job.relative): (
            task.path.relative_to(output).as_posix(),
            task.format,
        )
        for task in plan.tasks
    }


@pytest.mark.parametrize(
    ("place", "format", "expected"),
    [
        ("a.jpg", "JPEG", ("a.jpg", "JPEG")),
        ("day 1/b/a.JPEG", "JPEG", ("day 1/b/a.JPEG", "JPEG")),
        ("a.png", "PNG", ("a.png", "PNG")),
        ("a.webp", "WEBP", ("a.webp", "WEBP")),
        ("a.tif", "TIFF", ("a.tif", "TIFF")),
        ("a.jpg", "PNG", ("a.png", "PNG")),
        ("a.heic", "HEIF", ("a.jpg", "JPEG")),
        ("a.gif", "GIF", ("a.png", "PNG")),
        ("a.jp2", "JPEG2000", ("a.png", "PNG")),
        ("a", "JPEG", ("a.jpg", "JPEG")),
        ("no. 2", "JPEG", ("no. 2.jpg", "JPEG")),
        ("a.mpo", "JPEG", ("a.jpg", "JPEG")),
    ],
)
def test_pictures_keep_their_format_where_it_is_good(
    place, format, expected, tmp_path
):
    found = written([job(place, format=format)], tmp_path)
    assert found[place] == expected


def test_other_things_keep_theirs_too(tmp_path):
    jobs = [
        job("a.gif", Kind.ANIMATION, "GIF"),
        job("a.avif", Kind.ANIMATION, "AVIF"),
        job("a.MKV", Kind.VIDEO, None),
        job("a.wmv", Kind.VIDEO, None),
        job("camera-0", Kind.CAMERA, None),
        job("stdin", Kind.STREAM, None),
    ]
    assert written(jobs, tmp_path) == {
        "a.gif": ("a.gif", "GIF"),
        "a.avif": ("a.webp", "WEBP"),
        "a.MKV": ("a.MKV", None),
        "a.wmv": ("a.mp4", None),
        "camera-0": ("camera-0.mp4", None),
        "stdin": ("stdin.png", "PNG"),
    }


def test_a_format_goes_for_what_it_can_hold(tmp_path):
    jobs = [
        job("a.bmp", format="BMP"),
        job("b.gif", Kind.ANIMATION, "GIF"),
        job("c.mov", Kind.VIDEO, None),
    ]
    forms = {"jpg": "a.jpg b.gif c.mov", "webp": "a.webp b.webp c.mov"}
    forms["mkv"] = "a.bmp b.mkv c.mkv"
    for format, expected in forms.items():
        found = written(jobs, tmp_path, format=format).values()
        assert [path for path, _ in found] == expected.split()
    with pytest.raises(errors.InputError, match="`format`=docx is no format"):
        outputs.plan(jobs, tmp_path, format="docx")


def test_a_second_run_does_what_is_left(tmp_path):
    jobs = [job("a.jpg"), job("b.jpg"), job("c/d.jpg")]
    (tmp_path / "b.jpg").touch()
    (tmp_path / ".tmp-a.jpg").touch()  # Of a run that was killed.
    plan = outputs.plan(jobs, tmp_path)
    assert [task.job for task in plan.tasks] == [jobs[0], jobs[2]]
    assert [task.job for task in plan.done] == [jobs[1]]
    again = outputs.plan(jobs, tmp_path, overwrite=True)
    assert [task.job for task in again.tasks] == jobs
    assert not again.done
    pixels = photo_io.read_photo(corner_cases.JPEG).pixels
    photo_io.write_photo(plan.tasks[0].path, pixels, format="JPEG")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"a.jpg", "b.jpg"}


def test_inputs_of_one_name_keep_their_endings(tmp_path):
    jobs = [
        job("a.jpg"),
        job("a.png", format="PNG"),
        job("a.webp", format="WEBP"),
        job("b.jpg"),
    ]
    assert written(jobs, tmp_path, format="png") == {
        "a.jpg": ("a.jpg.png", "PNG"),
        "a.png": ("a.png", "PNG"),
        "a.webp": ("a.webp.png", "PNG"),
        "b.jpg": ("b.png", "PNG"),
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.jpg", "a.jpg"),  # Of two folders that were both named.
        ("a.jpg", "A.JPG"),
        ("caf\u00e9.jpg", "cafe\u0301.jpg"),
    ],
)
def test_outputs_in_one_file_are_refused(one, other, tmp_path):
    first = job(one)
    second = dataclasses.replace(job(other), source=pathlib.Path("other/a"))
    with pytest.raises(errors.InputError) as caught:
        outputs.plan([first, second], tmp_path)
    assert "would become the same file" in str(caught.value)
    assert str(first.source) in str(caught.value)
    assert str(second.source) in str(caught.value)


def test_many_that_would_be_one_file_are_reported_in_few_lines(tmp_path):
    jobs = [
        dataclasses.replace(job(f"{n}.jpg"), source=pathlib.Path(folder, "a"))
        for n in range(9)
        for folder in ("one", "two")
    ]
    with pytest.raises(errors.InputError, match="and 4 more") as caught:
        outputs.plan(jobs, tmp_path)
    assert len(str(caught.value).splitlines()) == 7


@pytest.mark.parametrize("overwrite", [False, True])
def test_an_input_is_never_replaced(tmp_path, overwrite):
    photo, link = tmp_path / "a.jpg", tmp_path / "out/a.jpg"
    photo.write_bytes(corner_cases.JPEG)
    link.parent.mkdir()
    link.symlink_to(photo)
    found = inputs.find([str(photo)], output=tmp_path)
    for output in (tmp_path, photo, link, tmp_path / "out"):
        with pytest.raises(errors.InputError, match="is an input"):
            outputs.plan(found.jobs, output, overwrite=overwrite)
    assert photo.read_bytes() == corner_cases.JPEG


def test_a_folder_is_not_replaced_by_a_picture(tmp_path):
    (tmp_path / "a.jpg").mkdir()
    with pytest.raises(errors.InputError, match="is a folder"):
        outputs.plan([job("a.jpg")], tmp_path, overwrite=True)


def test_a_single_input_can_become_a_file_of_any_name(tmp_path):
    for one, name, expected in (
        (named("a.jpg"), "x.png", "PNG"),
        (named("a.jpg"), "x.GIF", "GIF"),
        (named("a.gif", Kind.ANIMATION, "GIF"), "x.png", "PNG"),
        (named("a.gif", Kind.ANIMATION, "GIF"), "x.mp4", None),
        (named("a.mov", Kind.VIDEO, None), "x.mkv", None),
        (named("stdin", Kind.STREAM, None), "x.tif", "TIFF"),
        (named("stdin", Kind.STREAM, None), "x.mp4", None),
    ):
        (task,) = outputs.plan([one], tmp_path / name).tasks
        assert (task.path, task.format) == (tmp_path / name, expected)
    (tmp_path / "folder.png").mkdir()
    (task,) = outputs.plan([named("a.jpg")], tmp_path / "folder.png").tasks
    assert task.path == tmp_path / "folder.png/a.jpg"


@pytest.mark.parametrize(
    ("jobs", "name", "why"),
    [
        ([named("a.jpg"), named("b.jpg")], "x.png", "goes with one input"),
        ([job("a.jpg")], "x.png", "goes with one input"),
        ([named("a.jpg")], "x.heic", "read only"),
        ([named("a.jpg")], "x.mp4", "is a video, and a.jpg is a picture"),
        (
            [named("a.gif", Kind.ANIMATION, "GIF")],
            "x.jpg",
            "holds no animation",
        ),
        ([named("a.mp4", Kind.VIDEO, None)], "x.png", "a.mp4 is a video"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(jobs, name, why, tmp_path):
    with pytest.raises(errors.InputError, match=why):
        outputs.plan(jobs, tmp_path / name)


def test_two_ways_to_say_the_format_must_agree(tmp_path):
    one = [named("a.jpg")]
    outputs.plan(one, tmp_path / "x.jpeg", format="jpg")
    for format in ("png", "mp4"):
        with pytest.raises(errors.InputError, match="another ending"):
            outputs.plan(one, tmp_path / "x.jpg", format=format)


def test_standard_output_takes_one_result():
    (task,) = outputs.plan([named("a.jpg")], "-").tasks
    assert (task.path, task.format) == (None, "JPEG")
    (task,) = outputs.plan([named("a.jpg")], "-", format="png").tasks
    assert task.format == "PNG"
    with pytest.raises(errors.InputError, match="there are 2 inputs"):
        outputs.plan([named("a.jpg"), named("b.jpg")], "-")


def test_a_file_cannot_be_the_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(errors.InputError, match="cannot be a folder"):
        outputs.plan([job("a.jpg")], tmp_path / "file")


@pytest.mark.parametrize("output", ["~/new", "~/x.png", "~/x.mp4"])
def test_no_folder_is_called_like_the_home_folder(
    output, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    kind = Kind.VIDEO if output.endswith("mp4") else Kind.PICTURE
    with pytest.raises(errors.InputError, match="would be a folder called ~"):
        outputs.plan([named("a.jpg", kind, None)], output)
    assert not list(tmp_path.iterdir())
