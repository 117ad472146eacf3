import os
import pathlib

import corner_cases
import pytest

from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_types

MediaType = media_types.MediaType


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of pictures as the working directory."""
    for name in (
        "trip/frame10.jpg",
        "trip/frame2.jpg",
        "trip/day1/a.jpg",
        "trip/day1/.hidden/b.jpg",
        "trip/.hidden.jpg",
        "b.jpg",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(corner_cases.JPEG)
    (tmp_path / "trip/notes.txt").write_text("text")
    (tmp_path / "trip/README").write_text("text")
    (tmp_path / "trip/code.ts").write_text("let a = 1;")
    (tmp_path / "trip/clip.mp4").write_bytes(b"\0\0\0\x18ftypisom")
    corner_cases.animation()(tmp_path / "trip/day1/z.gif")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def find(*names, output="out", **options):
    return inputs.find(names, output=output, **options)


def paths(found):
    return [each.relative.as_posix() for each in found.inputs]


def test_a_folder_is_searched_in_natural_order(folder):
    found = find("trip")
    assert paths(found) == [
        "clip.mp4",
        "frame2.jpg",
        "frame10.jpg",
        "day1/a.jpg",
        "day1/z.gif",
    ]
    assert [each.media_type for each in found.inputs] == [
        MediaType.VIDEO,
        MediaType.PICTURE,
        MediaType.PICTURE,
        MediaType.PICTURE,
        MediaType.ANIMATION,
    ]
    assert found.inputs[1].source == pathlib.Path("trip/frame2.jpg")
    assert [each.format for each in found.inputs[1:]] == ["JPEG"] * 3 + ["GIF"]
    assert not any(each.is_named for each in found.inputs)
    assert found.skipped == {
        ".txt": 1,
        "no extension": 1,
        ".ts": 1,
        "hidden": 2,
    }
    assert not found.problems


def test_files_keep_the_order_of_the_shell(folder):
    found = find("trip/frame10.jpg", "b.jpg", "trip/frame2.jpg")
    assert paths(found) == ["frame10.jpg", "b.jpg", "frame2.jpg"]
    assert all(each.is_named for each in found.inputs)


def test_duplicate_inputs_count_once(folder):
    (folder / "link.jpg").symlink_to("b.jpg")
    found = find("b.jpg", "./b.jpg", "link.jpg", "trip", "trip/day1")
    assert paths(found)[0] == "b.jpg"
    assert len(found.inputs) == 1 + 5


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("trip/*.jpg", ["frame2.jpg", "frame10.jpg"]),
        ("trip/**/*.jpg", ["day1/a.jpg", "frame2.jpg", "frame10.jpg"]),
        ("tr?p/day[0-9]/*", ["trip/day1/a.jpg", "trip/day1/z.gif"]),
        ("trip/d*", ["day1/a.jpg", "day1/z.gif"]),
        ("**/a.jpg", ["trip/day1/a.jpg"]),
    ],
)
def test_patterns_are_expanded(folder, pattern, expected):
    found = find(pattern)
    assert paths(found) == expected
    assert not found.problems


def test_recursive_patterns_have_no_duplicates(folder):
    assert sorted(paths(find("trip/**"))) == sorted(paths(find("trip")))
    assert find("trip/**").skipped[".txt"] == 1


def test_an_existing_file_has_priority_over_a_pattern(folder):
    for name in ("[a].jpg", "camera:0", "sample:photos"):
        (folder / name).write_bytes(corner_cases.JPEG)
        (found,) = find(name).inputs
        assert (found.media_type, found.source) == (
            MediaType.PICTURE,
            pathlib.Path(name),
        )


def test_streams_and_cameras_are_inputs():
    found = inputs.find(["-", "camera:1", "-"], output="out")
    stream, camera = found.inputs
    assert (stream.media_type, stream.source) == (MediaType.STREAM, None)
    assert (camera.media_type, camera.source) == (MediaType.CAMERA, 1)
    assert paths(found) == ["stdin", "camera-1"]


def test_samples_are_written_as_files(folder):
    found = find("sample:photos", samples_folder=folder / "samples")
    assert "astronaut.png" in paths(found)
    assert all(each.source.is_file() for each in found.inputs)
    found = find("sample:none", samples_folder=folder / "samples")
    assert "sample:none" in found.problems


@pytest.mark.parametrize("output", ["trip/day1", "./trip/day1/"])
@pytest.mark.parametrize("name", ["trip", "trip/**/*.*", "."])
def test_results_are_not_inputs(folder, name, output):
    found = find(name, output=output)
    assert found.inputs
    assert not any("day1" in each.source.parts for each in found.inputs)


def test_missing_inputs_are_problems(folder):
    os.mkfifo(folder / "pipe.jpg")
    (folder / "gone.jpg").symlink_to("nowhere")
    found = find("a.jpg", "*.tiff", "pipe.jpg", "gone.jpg", "b.jpg")
    assert paths(found) == ["b.jpg"]
    assert found.problems == {
        "a.jpg": "does not exist.",
        "*.tiff": "matches no file.",
        "pipe.jpg": "is not a regular file; pipe it into `-` instead.",
        "gone.jpg": "is a broken link.",
    }


def test_a_named_file_of_unknown_type_counts_as_a_picture(folder):
    (found,) = find("trip/notes.txt").inputs
    assert (found.media_type, found.format) == (MediaType.PICTURE, None)


def test_cyclic_links_are_followed_once(folder):
    (folder / "trip/day1/up").symlink_to(folder / "trip")
    found = find("trip")
    assert len(found.inputs) == 5


def test_linked_folders_are_searched(folder):
    (folder / "other").mkdir()
    (folder / "other/c.jpg").write_bytes(corner_cases.JPEG)
    (folder / "trip/link").symlink_to("../other")
    assert paths(find("trip"))[-1] == "link/c.jpg"
    assert not find("trip", output="other").inputs[5:]


def test_a_named_link_to_a_folder_is_searched(folder):
    (folder / "link").symlink_to("trip")
    assert paths(find("link")) == paths(find("trip"))


def test_an_empty_folder_has_no_inputs(tmp_path):
    assert find(str(tmp_path)).inputs == []
