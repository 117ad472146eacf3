import os
import pathlib

import corner_cases
import pytest

from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_type

Kind = media_type.Kind


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of pictures, the current one."""
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
    (tmp_path / "trip/film.mp4").write_bytes(b"\0\0\0\x18ftypisom")
    corner_cases.animation()(tmp_path / "trip/day1/z.gif")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def find(*names, output="out", **options):
    return inputs.find(names, output=output, **options)


def places(found):
    return [job.relative.as_posix() for job in found.jobs]


def test_a_folder_is_searched_in_the_order_that_people_count(folder):
    found = find("trip")
    assert places(found) == [
        "film.mp4",
        "frame2.jpg",
        "frame10.jpg",
        "day1/a.jpg",
        "day1/z.gif",
    ]
    assert [job.kind for job in found.jobs] == [
        Kind.VIDEO,
        Kind.PICTURE,
        Kind.PICTURE,
        Kind.PICTURE,
        Kind.ANIMATION,
    ]
    assert found.jobs[1].source == pathlib.Path("trip/frame2.jpg")
    assert [job.format for job in found.jobs[1:]] == ["JPEG"] * 3 + ["GIF"]
    assert not any(job.is_named for job in found.jobs)
    assert found.skipped == {
        ".txt": 1,
        "no ending": 1,
        ".ts": 1,
        "hidden": 2,
    }
    assert not found.problems


def test_files_keep_the_order_of_the_shell(folder):
    found = find("trip/frame10.jpg", "b.jpg", "trip/frame2.jpg")
    assert places(found) == ["frame10.jpg", "b.jpg", "frame2.jpg"]
    assert all(job.is_named for job in found.jobs)


def test_inputs_named_twice_are_done_once(folder):
    (folder / "link.jpg").symlink_to("b.jpg")
    found = find("b.jpg", "./b.jpg", "link.jpg", "trip", "trip/day1")
    assert places(found)[0] == "b.jpg"
    assert len(found.jobs) == 1 + 5


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
def test_patterns_that_the_shell_left_are_found(folder, pattern, expected):
    found = find(pattern)
    assert places(found) == expected
    assert not found.problems


def test_below_two_stars_nothing_is_counted_twice(folder):
    assert sorted(places(find("trip/**"))) == sorted(places(find("trip")))
    assert find("trip/**").skipped[".txt"] == 1


def test_a_file_with_the_name_of_a_pattern_goes_first(folder):
    for name in ("[a].jpg", "camera:0", "sample:photos"):
        (folder / name).write_bytes(corner_cases.JPEG)
        (job,) = find(name).jobs
        assert (job.kind, job.source) == (Kind.PICTURE, pathlib.Path(name))


def test_streams_and_cameras_are_jobs():
    found = inputs.find(["-", "camera:1", "-"], output="out")
    stream, camera = found.jobs
    assert (stream.kind, stream.source) == (Kind.STREAM, None)
    assert (camera.kind, camera.source) == (Kind.CAMERA, 1)
    assert places(found) == ["stdin", "camera-1"]


def test_samples_are_written_as_files(folder):
    found = find("sample:photos", samples_folder=folder / "samples")
    assert "astronaut.png" in places(found)
    assert all(job.source.is_file() for job in found.jobs)
    found = find("sample:none", samples_folder=folder / "samples")
    assert "sample:none" in found.problems


@pytest.mark.parametrize("output", ["trip/day1", "./trip/day1/"])
@pytest.mark.parametrize("name", ["trip", "trip/**/*.*", "."])
def test_results_are_not_fed_back(folder, name, output):
    found = find(name, output=output)
    assert found.jobs
    assert not any("day1" in job.source.parts for job in found.jobs)


def test_missing_inputs_are_problems(folder):
    os.mkfifo(folder / "pipe.jpg")
    (folder / "gone.jpg").symlink_to("nowhere")
    found = find("a.jpg", "*.tiff", "pipe.jpg", "gone.jpg", "b.jpg")
    assert places(found) == ["b.jpg"]
    assert found.problems == {
        "a.jpg": "does not exist.",
        "*.tiff": "matches no file.",
        "pipe.jpg": "is not a regular file; pipe it into `-` instead.",
        "gone.jpg": "is a link to what does not exist.",
    }


def test_a_named_file_of_no_known_kind_is_left_to_its_reader(folder):
    (job,) = find("trip/notes.txt").jobs
    assert (job.kind, job.format) == (Kind.PICTURE, None)


def test_a_circle_of_links_ends(folder):
    (folder / "trip/day1/up").symlink_to(folder / "trip")
    found = find("trip")
    assert len(found.jobs) == 5


def test_linked_folders_keep_their_place_in_the_results(folder):
    (folder / "other").mkdir()
    (folder / "other/c.jpg").write_bytes(corner_cases.JPEG)
    (folder / "trip/link").symlink_to("../other")
    assert places(find("trip"))[-1] == "link/c.jpg"
    assert not find("trip", output="other").jobs[5:]


def test_a_linked_folder_is_searched_where_it_is_named(folder):
    (folder / "link").symlink_to("trip")
    assert places(find("link")) == places(find("trip"))


def test_an_empty_folder_has_no_jobs(tmp_path):
    assert find(str(tmp_path)).jobs == []
