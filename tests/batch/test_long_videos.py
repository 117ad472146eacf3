import fractions

import clip_maker
import pytest

fsspec = pytest.importorskip("fsspec", reason="make test-scale")
pyarrow = pytest.importorskip("pyarrow", reason="make test-scale")

from cartoongan_tf.batch import long_videos
from cartoongan_tf.batch import planning
from cartoongan_tf.batch import video_worker
from cartoongan_tf.batch import worker
from cartoongan_tf.cartoonize import cartoonizer
from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import media_types
from cartoongan_tf.cartoonize import outputs
from cartoongan_tf.cartoonize import runner
from cartoongan_tf.cartoonize import settings
from cartoongan_tf.video import videos

SECONDS = 62
RATE = 3  # Frames a second.


@pytest.fixture
def film(tmp_path):
    """A video of seven segments, with sound."""
    return clip_maker.write_clip(
        tmp_path / "film.mp4",
        clip_maker.frames(SECONDS, height=32) * RATE,
        ticks=range(SECONDS * RATE),
        time_base=fractions.Fraction(1, RATE),
        sound="aac",
    )


def split(film, target, fingerprint="a"):
    row = {"source": str(film), "target": str(target)}
    return long_videos.split(row, fingerprint)


def make(model, video, rows=None):
    options = worker.Options({"model": str(model)}, settings.Settings())
    work = video_worker.SegmentWorker(options)
    made = work(video.missing() if rows is None else rows).to_pylist()
    assert [each["problem"] for each in made if each["problem"]] == []


def join(video):
    return video.join(settings.Settings(), videos.ignore_progress)


def test_joined_segments_equal_the_result_of_one_machine(model, film, tmp_path):
    cartoonizer.Cartoonizer(model).file(film, tmp_path / "expected.mp4")
    video = split(film, tmp_path / "made/film.mp4")
    assert video.segments == 7
    make(model, video, video.missing().slice(2, 2))  # In any order.
    assert video.missing()["segment"].to_pylist() == [0, 1, 4, 5, 6]
    make(model, video)
    assert len(video.missing()) == 0
    assert join(video).problem is None
    made = tmp_path / "made/film.mp4"
    assert made.read_bytes() == (tmp_path / "expected.mp4").read_bytes()
    assert [path.name for path in made.parent.iterdir()] == [made.name]


def test_segments_of_another_model_are_recomputed(model, film, tmp_path):
    video = split(film, tmp_path / "film2.mp4")
    make(model, video)
    assert len(split(film, tmp_path / "film2.mp4").missing()) == 0
    other = split(film, tmp_path / "film2.mp4", "b")
    assert len(other.missing()) == 7
    assert not video.folder.exists()


def test_an_interrupted_join_starts_over(model, film, tmp_path):
    """Frames start at the first, even if some are already encoded."""
    video = split(film, tmp_path / "made.mp4")
    make(model, video)

    def stop(stage, done, total, note):
        if done > SECONDS / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        video.join(settings.Settings(), stop)
    assert list(tmp_path.glob(".segments-*"))
    assert join(video).problem is None
    cartoonizer.Cartoonizer(model).file(film, tmp_path / "expected.mp4")
    expected = (tmp_path / "expected.mp4").read_bytes()
    assert (tmp_path / "made.mp4").read_bytes() == expected
    assert not list(tmp_path.glob(".*"))


def test_a_missing_segment_fails_and_keeps_the_others(model, film, tmp_path):
    video = split(film, tmp_path / "made.mp4")
    make(model, video)
    (video.folder / "000003.nut").unlink()
    assert "000003.nut" in join(video).problem
    assert not (tmp_path / "made.mp4").exists()
    assert len(video.missing()) == 1


def test_short_and_remote_videos_go_to_one_worker(tmp_path, film):
    short = clip_maker.write_clip(tmp_path / "a.mp4", clip_maker.frames(9))
    assert split(short, tmp_path / "made.mp4") is None
    assert split(film, "memory://made.mp4") is None
    assert split("memory://film.mp4", tmp_path / "made.mp4") is None
    (tmp_path / "b.mp4").write_text("none")
    assert split(tmp_path / "b.mp4", tmp_path / "made.mp4") is None


@pytest.mark.parametrize("place", ["", "memory://"])
def test_a_whole_video_is_made_by_one_worker(model, tmp_path, place):
    film = clip_maker.write_clip(
        tmp_path / "a.mp4", clip_maker.frames(20), sound="aac"
    )
    (tmp_path / "b.mp4").write_text("none")
    cartoonizer.Cartoonizer(model).file(film, tmp_path / "expected.mp4")
    rows = []
    for name in ("a.mp4", "b.mp4"):
        source = f"{place}{tmp_path}/in/{name}"
        with fsspec.open(source, "wb") as file:
            file.write((tmp_path / name).read_bytes())
        rows.append(
            {
                "number": len(rows),
                "source": source,
                "target": f"{place}{tmp_path}/out/{name}",
                "format": None,
            }
        )
    options = worker.Options({"model": str(model)}, settings.Settings())
    table = pyarrow.Table.from_pylist(rows, schema=planning.SCHEMA)
    made = video_worker.VideoWorker(options)(table).to_pylist()
    assert made[0]["problem"] is None
    assert made[1]["problem"].startswith("is not a readable video")
    with fsspec.open(f"{place}{tmp_path}/out/a.mp4", "rb") as file:
        assert file.read() == (tmp_path / "expected.mp4").read_bytes()


def test_a_video_that_another_model_began_starts_over(model, tmp_path):
    short = clip_maker.write_clip(
        tmp_path / "short.mp4",
        clip_maker.frames(50, height=32),
        ticks=range(50),
        time_base=fractions.Fraction(1, 2),
    )

    def stop(stage, done, total, note):
        if done > 15:
            raise KeyboardInterrupt

    other = cartoonizer.Cartoonizer(model, strength=0.5)
    video = inputs.Input(media_types.MediaType.VIDEO, short, short)
    output = outputs.Output(video, tmp_path / "made.mp4", None)
    begun = settings.Settings(fingerprint=other.fingerprint)
    with pytest.raises(KeyboardInterrupt):
        list(runner.run(other, [output], begun, on_progress=stop))
    assert list(tmp_path.glob(".segments-made.mp4/*.nut"))
    options = worker.Options({"model": str(model)}, settings.Settings())
    row = {
        "number": 0,
        "source": str(short),
        "target": str(tmp_path / "made.mp4"),
        "format": None,
    }
    table = pyarrow.Table.from_pylist([row], schema=planning.SCHEMA)
    (made,) = video_worker.VideoWorker(options)(table).to_pylist()
    assert made["problem"] is None
    cartoonizer.Cartoonizer(model).file(short, tmp_path / "expected.mp4")
    expected = (tmp_path / "expected.mp4").read_bytes()
    assert (tmp_path / "made.mp4").read_bytes() == expected
