import pathlib

import pytest

fsspec = pytest.importorskip("fsspec", reason="make test-scale")
pytest.importorskip("pyarrow", reason="make test-scale")

from cartoongan_tf.batch import listing
from cartoongan_tf.batch import planning
from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_types
from cartoongan_tf.cartoonize import outputs
from cartoongan_tf.core import errors
from cartoongan_tf.images import formats

NAMES = [
    "a.jpg",
    "a.heic",
    "b.HEIC",
    "sub/a.jpg",
    "sub/c.jp2",
    "sub/d.mpo",
    "sub/e.tif",
    "photo 1.2.png",
]


def listed(names):
    return [
        listing.Input(f"/photos/{name}", pathlib.PurePosixPath(name))
        for name in names
    ]


@pytest.mark.parametrize("format", [None, "webp"])
def test_results_have_the_names_that_cartoonize_gives_them(format, tmp_path):
    found = [
        inputs.Input(
            media_types.MediaType.PICTURE,
            pathlib.Path("/photos", name),
            pathlib.PurePath(name),
            formats.READ_SUFFIXES[pathlib.Path(name).suffix.lower()],
        )
        for name in NAMES
    ]
    expected = {
        (str(each.input.source), str(each.path), each.format)
        for each in outputs.plan(found, tmp_path, format=format).outputs
    }
    left, _, done = planning.plan(listed(NAMES), str(tmp_path), format=format)
    actual = {
        (row["source"], row["target"], row["format"])
        for row in left.to_pylist()
    }
    assert (actual, done) == (expected, 0)


@pytest.mark.parametrize("place", ["", "memory://"])
def test_existing_results_count_as_done(place, tmp_path):
    output = f"{place}{tmp_path}/out"
    for name in ("a.heic.jpg", "sub/e.tif", "c.png"):
        with fsspec.open(f"{output}/{name}", "wb") as file:
            file.write(b"a cartoon")
    left, _, done = planning.plan(listed(NAMES), output)
    assert done == 2
    assert left["number"].to_pylist() == list(range(len(NAMES) - 2))
    assert "/photos/a.heic" not in left["source"].to_pylist()
    assert f"{output}/a.jpg" in left["target"].to_pylist()


def test_two_results_of_one_name_are_rejected(tmp_path):
    with pytest.raises(errors.InputError, match=r"a\.jpg: a\.jpg, A\.jpg"):
        planning.plan(listed(["a.jpg", "A.jpg"]), str(tmp_path))


def test_videos_keep_their_format_if_it_can_be_written(tmp_path):
    names = ["a.mp4", "b.webm", "c.avi", "d.png"]
    pictures, videos, _ = planning.plan(listed(names), str(tmp_path))
    assert pictures["number"].to_pylist() == [0]
    assert videos.to_pylist() == [
        {
            "number": number,
            "source": f"/photos/{name}",
            "target": f"{tmp_path}/{made}",
            "format": None,
        }
        for number, (name, made) in enumerate(
            [("a.mp4", "a.mp4"), ("b.webm", "b.webm"), ("c.avi", "c.mp4")]
        )
    ]
