import dataclasses
import pathlib

import corner_cases
import pytest

from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_types
from cartoongan_tf.cartoonize import outputs
from cartoongan_tf.core import errors
from cartoongan_tf.images import photo_io

MediaType = media_types.MediaType


def make_input(path, media_type=MediaType.PICTURE, format="JPEG", **fields):
    path = pathlib.PurePath(path)
    source = pathlib.Path("photos") / path
    return inputs.Input(media_type, source, path, format, **fields)


def named(*args, **fields):
    return make_input(*args, is_named=True, **fields)


def written(found, output, **options):
    """Returns results, as relative path and format, by input."""
    plan = outputs.plan(found, output, **options)
    return {
        str(each.input.relative): (
            each.path.relative_to(output).as_posix(),
            each.format,
        )
        for each in plan.outputs
    }


@pytest.mark.parametrize(
    ("path", "format", "expected"),
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
def test_pictures_keep_a_suitable_format(path, format, expected, tmp_path):
    found = written([make_input(path, format=format)], tmp_path)
    assert found[path] == expected


def test_other_media_keep_a_suitable_format(tmp_path):
    found = [
        make_input("a.gif", MediaType.ANIMATION, "GIF"),
        make_input("a.avif", MediaType.ANIMATION, "AVIF"),
        make_input("a.MKV", MediaType.VIDEO, None),
        make_input("a.wmv", MediaType.VIDEO, None),
        make_input("camera-0", MediaType.CAMERA, None),
        make_input("stdin", MediaType.STREAM, None),
    ]
    assert written(found, tmp_path) == {
        "a.gif": ("a.gif", "GIF"),
        "a.avif": ("a.webp", "WEBP"),
        "a.MKV": ("a.MKV", None),
        "a.wmv": ("a.mp4", None),
        "camera-0": ("camera-0.mp4", None),
        "stdin": ("stdin.png", "PNG"),
    }


def test_a_format_applies_to_media_that_it_supports(tmp_path):
    found = [
        make_input("a.bmp", format="BMP"),
        make_input("b.gif", MediaType.ANIMATION, "GIF"),
        make_input("c.mov", MediaType.VIDEO, None),
    ]
    expected_paths = {"jpg": "a.jpg b.gif c.mov", "webp": "a.webp b.webp c.mov"}
    expected_paths["mkv"] = "a.bmp b.mkv c.mkv"
    for format, expected in expected_paths.items():
        results = written(found, tmp_path, format=format).values()
        assert [path for path, _ in results] == expected.split()
    with pytest.raises(
        errors.InputError, match="`format`=docx is not an output"
    ):
        outputs.plan(found, tmp_path, format="docx")


def test_a_second_run_makes_missing_results(tmp_path):
    found = [make_input("a.jpg"), make_input("b.jpg"), make_input("c/d.jpg")]
    (tmp_path / "b.jpg").touch()
    (tmp_path / ".tmp-a.jpg").touch()  # Left by a killed run.
    plan = outputs.plan(found, tmp_path)
    assert [each.input for each in plan.outputs] == [found[0], found[2]]
    assert [each.input for each in plan.done] == [found[1]]
    again = outputs.plan(found, tmp_path, overwrite=True)
    assert [each.input for each in again.outputs] == found
    assert not again.done
    pixels = photo_io.read_photo(corner_cases.JPEG).pixels
    photo_io.write_photo(plan.outputs[0].path, pixels, format="JPEG")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"a.jpg", "b.jpg"}


def test_inputs_that_differ_in_extension_keep_it(tmp_path):
    found = [
        make_input("a.jpg"),
        make_input("a.png", format="PNG"),
        make_input("a.webp", format="WEBP"),
        make_input("b.jpg"),
    ]
    assert written(found, tmp_path, format="png") == {
        "a.jpg": ("a.jpg.png", "PNG"),
        "a.png": ("a.png", "PNG"),
        "a.webp": ("a.webp.png", "PNG"),
        "b.jpg": ("b.png", "PNG"),
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.jpg", "a.jpg"),  # Of two named folders.
        ("a.jpg", "A.JPG"),
        ("caf\u00e9.jpg", "cafe\u0301.jpg"),
    ],
)
def test_outputs_with_the_same_path_are_rejected(one, other, tmp_path):
    first = make_input(one)
    second = dataclasses.replace(
        make_input(other), source=pathlib.Path("other/a")
    )
    with pytest.raises(errors.InputError) as caught:
        outputs.plan([first, second], tmp_path)
    assert "would be written to the same file" in str(caught.value)
    assert str(first.source) in str(caught.value)
    assert str(second.source) in str(caught.value)


def test_many_collisions_are_reported_briefly(tmp_path):
    found = [
        dataclasses.replace(
            make_input(f"{n}.jpg"), source=pathlib.Path(folder, "a")
        )
        for n in range(9)
        for folder in ("one", "two")
    ]
    with pytest.raises(errors.InputError, match="and 4 more") as caught:
        outputs.plan(found, tmp_path)
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
            outputs.plan(found.inputs, output, overwrite=overwrite)
    assert photo.read_bytes() == corner_cases.JPEG


def test_a_folder_is_not_replaced_by_a_picture(tmp_path):
    (tmp_path / "a.jpg").mkdir()
    with pytest.raises(errors.InputError, match="is a folder"):
        outputs.plan([make_input("a.jpg")], tmp_path, overwrite=True)


def test_a_single_input_may_have_an_output_file(tmp_path):
    for one, name, expected in (
        (named("a.jpg"), "x.png", "PNG"),
        (named("a.jpg"), "x.GIF", "GIF"),
        (named("a.gif", MediaType.ANIMATION, "GIF"), "x.png", "PNG"),
        (named("a.gif", MediaType.ANIMATION, "GIF"), "x.mp4", None),
        (named("a.mov", MediaType.VIDEO, None), "x.mkv", None),
        (named("stdin", MediaType.STREAM, None), "x.tif", "TIFF"),
        (named("stdin", MediaType.STREAM, None), "x.mp4", None),
    ):
        (planned,) = outputs.plan([one], tmp_path / name).outputs
        assert (planned.path, planned.format) == (tmp_path / name, expected)
    (tmp_path / "folder.png").mkdir()
    (planned,) = outputs.plan([named("a.jpg")], tmp_path / "folder.png").outputs
    assert planned.path == tmp_path / "folder.png/a.jpg"


@pytest.mark.parametrize(
    ("found", "name", "reason"),
    [
        ([named("a.jpg"), named("b.jpg")], "x.png", "requires a single input"),
        ([make_input("a.jpg")], "x.png", "requires a single input"),
        ([named("a.jpg")], "x.heic", r"use one of \.avif, .*\.webp, \.mp4,"),
        ([named("a.jpg")], "c.jxl", r"c\.jxl does not have the extension of"),
        ([named("a.jpg")], "o.docx", "end the name of a folder with a slash"),
        ([named("a.jpg")], "x.mp4", "is a video, but a.jpg is a picture"),
        (
            [named("a.gif", MediaType.ANIMATION, "GIF")],
            "x.jpg",
            "does not support animation",
        ),
        ([named("a.mp4", MediaType.VIDEO, None)], "x.png", "a.mp4 is a video"),
    ],
)
def test_an_unsuitable_output_file_is_rejected(found, name, reason, tmp_path):
    with pytest.raises(errors.InputError, match=reason):
        outputs.plan(found, tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (named("a.jpg"), "v1.2"),
        (named("a.jpg"), "St. Ives"),
        (named("a.jpg"), "model.v1/"),
        (named("a.jpg"), "x.png/"),
        (named("a.jpg"), "old.d"),
        (make_input("a.jpg"), "model.v1"),
    ],
)
def test_a_folder_may_have_a_dot_in_its_name(found, name, tmp_path):
    (tmp_path / "old.d").mkdir()
    (planned,) = outputs.plan([found], f"{tmp_path}/{name}").outputs
    assert planned.path == tmp_path / name / "a.jpg"


def test_format_and_extension_must_agree(tmp_path):
    one = [named("a.jpg")]
    outputs.plan(one, tmp_path / "x.jpeg", format="jpg")
    for format in ("png", "mp4"):
        with pytest.raises(errors.InputError, match="contradicts `format`"):
            outputs.plan(one, tmp_path / "x.jpg", format=format)


def test_standard_output_takes_one_result():
    (planned,) = outputs.plan([named("a.jpg")], "-").outputs
    assert (planned.path, planned.format) == (None, "JPEG")
    (planned,) = outputs.plan([named("a.jpg")], "-", format="png").outputs
    assert planned.format == "PNG"
    with pytest.raises(errors.InputError, match="there are 2 inputs"):
        outputs.plan([named("a.jpg"), named("b.jpg")], "-")


def test_a_file_as_output_folder_is_rejected(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(errors.InputError, match="cannot be a folder"):
        outputs.plan([make_input("a.jpg")], tmp_path / "file")


@pytest.mark.parametrize("output", ["~/new", "~/x.png", "~/x.mp4"])
def test_a_literal_tilde_is_rejected(output, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    media_type = (
        MediaType.VIDEO if output.endswith("mp4") else MediaType.PICTURE
    )
    with pytest.raises(errors.InputError, match="would be a folder called ~"):
        outputs.plan([named("a.jpg", media_type, None)], output)
    assert not list(tmp_path.iterdir())
