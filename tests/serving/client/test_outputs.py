import io
import pathlib
import stat

import numpy as np
import PIL.Image
import pytest

from serving.client import errors
from serving.client import outputs


def encode(kind, color=(10, 200, 30)):
    stream = io.BytesIO()
    PIL.Image.new("RGB", (6, 4), color).save(stream, kind)
    return stream.getvalue()


def plan(photos, output):
    paths = map(pathlib.Path, photos)
    places = {path: pathlib.PurePath(path.name) for path in paths}
    return outputs.plan(places, output)


def only(photo, output):
    (destination,) = plan([photo], output).values()
    return destination


@pytest.mark.parametrize(("kind", "suffix"), [("PNG", "png"), ("JPEG", "jpg")])
def test_files_in_a_folder_get_the_suffix_of_the_response(
    tmp_path, kind, suffix
):
    destination = only("a/beach.2.heic", tmp_path / "out")
    path = destination.write(encode(kind))
    assert path == tmp_path / f"out/beach.2.{suffix}"
    assert path.read_bytes() == encode(kind)


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_an_existing_cartoon_is_found_with_any_suffix(tmp_path, suffix):
    destination = only("a/beach.jpg", tmp_path)
    assert destination.found() is None
    there = tmp_path / f"beach.{suffix}"
    there.touch()
    assert destination.found() == there


def test_a_file_gets_the_format_of_its_suffix(tmp_path):
    destination = only("beach.png", tmp_path / "one.jpg")
    assert destination.found() is None
    path = destination.write(encode("PNG"))
    assert path == tmp_path / "one.jpg"
    assert destination.found() == path
    with PIL.Image.open(path) as image:
        assert image.format == "JPEG"
        np.testing.assert_allclose(image.getpixel((3, 2)), (10, 200, 30), 0, 4)


def test_a_file_in_the_response_format_is_written_unchanged(tmp_path):
    path = only("beach.png", tmp_path / "one.jpeg").write(encode("JPEG"))
    assert path.read_bytes() == encode("JPEG")


def test_a_folder_with_a_dot_in_its_name_is_a_folder(tmp_path):
    (tmp_path / "v1.0").mkdir()
    path = only("beach.png", tmp_path / "v1.0").write(encode("PNG"))
    assert path == tmp_path / "v1.0/beach.png"


@pytest.mark.parametrize("other", ["b/1.jpg", "b/1.JPG"])
def test_two_photos_of_one_name_are_rejected(other, tmp_path):
    with pytest.raises(errors.ClientError, match="would have the same cartoon"):
        plan(["a/1.jpg", other], tmp_path)


def test_photos_that_differ_by_suffix_keep_it(tmp_path):
    """Some phones write both."""
    photos = ["IMG_1.HEIC", "img_1.JPG", "IMG_2.HEIC"]
    paths = [
        destination.write(encode("JPEG")).name
        for destination in plan(photos, tmp_path).values()
    ]
    assert paths == ["IMG_1.HEIC.jpg", "img_1.JPG.jpg", "IMG_2.jpg"]


def test_names_with_a_kept_suffix_do_not_collide(tmp_path):
    with pytest.raises(errors.ClientError, match="would have the same cartoon"):
        plan(["1.heic", "1.jpg", "1.jpg.png"], tmp_path)


def test_two_photos_need_a_folder(tmp_path):
    with pytest.raises(errors.ClientError, match="single file, for 2 photos"):
        plan(["a/1.jpg", "b/2.png"], tmp_path / "one.png")


@pytest.mark.parametrize("suffix", outputs._FORMATS)
def test_cartoons_are_written_in_every_format_offered(tmp_path, suffix):
    path = only("a.png", tmp_path / f"one{suffix}").write(encode("PNG"))
    with PIL.Image.open(path) as image:
        assert image.format == PIL.Image.registered_extensions()[suffix]
        color = np.asarray(image.convert("RGB"))[2, 3]
    np.testing.assert_allclose(color, (10, 200, 30), 0, 8)


@pytest.mark.parametrize("suffix", ["mpg", "pdf", "psd", "txt", "xbm"])
def test_other_suffixes_are_rejected_before_a_request(tmp_path, suffix):
    with pytest.raises(
        errors.ClientError, match=rf"\.{suffix} is not a format .* \.webp, or"
    ):
        only("a.png", tmp_path / f"one.{suffix}")


def test_a_response_that_is_not_a_picture_is_not_written(tmp_path):
    with pytest.raises(errors.ClientError, match="not a picture"):
        only("a.png", tmp_path / "out").write(b"<html>")
    assert not (tmp_path / "out").exists()


def test_names_may_have_the_maximum_length(tmp_path):
    path = only(f"{'a' * 251}.png", tmp_path).write(encode("PNG"))
    assert [path.name] == [found.name for found in tmp_path.iterdir()]


def test_a_failed_write_leaves_nothing(tmp_path):
    (tmp_path / "beach.png").mkdir()  # Which no file can replace.
    with pytest.raises(OSError, match=r"beach\.png"):
        only("beach.jpg", tmp_path).write(encode("PNG"))
    assert [path.name for path in tmp_path.iterdir()] == ["beach.png"]


def test_cartoons_have_default_permissions(tmp_path):
    (tmp_path / "usual").touch()
    path = only("beach.jpg", tmp_path).write(encode("PNG"))
    usual = stat.S_IMODE((tmp_path / "usual").stat().st_mode)
    assert stat.S_IMODE(path.stat().st_mode) == usual
