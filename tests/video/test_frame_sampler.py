import fractions

import av
import clip_maker
import cv2
import film_maker
import numpy as np
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.data import synthetic_scenes
from cartoongan_tf.video import frame_sampler
from cartoongan_tf.video import reader

QUARTERS = np.zeros((64, 96, 3), "uint8")
QUARTERS[:32, :48] = 250, 20, 20
QUARTERS[32:, 48:] = 20, 20, 250


@pytest.fixture
def scene():
    return np.ascontiguousarray(synthetic_scenes.draw_scene(3, 192)[:128])


@pytest.fixture
def film(tmp_path, scene):
    """Ten seconds that grow brighter, so that each frame tells its time."""
    black = np.zeros_like(scene)
    path = tmp_path / "film.mkv"
    return film_maker.write_film(
        path, [film_maker.fade(black, scene, 10)], noise=0
    )


def read(path, rate=6, start=0.0):
    return list(frame_sampler.sampled(reader.VideoFile(path), rate, start))


def assert_alike(picture, expected, most=12):
    assert picture.shape == expected.shape
    assert np.abs(picture.astype(float) - expected).mean() < most


def test_frames_are_given_at_a_bounded_rate(film):
    frames = read(film)
    times = [time for time, _ in frames]
    assert reader.VideoFile(film).seconds == pytest.approx(10, abs=0.1)
    assert len(frames) == 60
    np.testing.assert_allclose(times, np.arange(60) / 6, atol=0.1)
    light = [picture.mean() for _, picture in frames]
    assert all(np.diff(light) > 0)


def test_all_frames_of_a_slow_video_are_given(film):
    assert len(read(film, rate=100)) == 240


def test_frames_of_uneven_length_keep_their_times(tmp_path, scene, random):
    """As phones and screen recorders film."""
    steps = random.choice([16, 33, 120, 400], 60)
    milliseconds = np.concatenate([[0], np.cumsum(steps)])
    path = tmp_path / "uneven.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", 30)
        stream.height, stream.width = scene.shape[:2]
        stream.codec_context.time_base = fractions.Fraction(1, 1000)
        for number, time in enumerate(milliseconds):
            picture = cv2.convertScaleAbs(scene, alpha=0.3 + number / 90)
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = int(time), fractions.Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    _, expected = np.unique(milliseconds * 6 // 1000, return_index=True)
    frames = read(path)
    times = [1000 * time for time, _ in frames]
    np.testing.assert_allclose(times, milliseconds[expected], atol=1.5)
    light = [picture.mean() for _, picture in frames]
    assert all(np.diff(light) > 0)


@pytest.mark.parametrize("number", [0, 7, 31, 44, 59])
def test_a_video_goes_on_from_any_frame(film, number):
    whole = read(film)
    rest = read(film, start=whole[number][0])
    assert [time for time, _ in rest] == [time for time, _ in whole[number:]]
    for (_, one), (_, other) in zip(rest, whole[number:], strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("suffix", ["mp4", "ts", "avi"])
def test_a_video_of_any_kind_goes_on(tmp_path, scene, suffix):
    """Streams do not always start at 0, nor are all of them searchable."""
    black = np.zeros_like(scene)
    codec = "mpeg4" if suffix == "avi" else "libx264"
    path = film_maker.write_film(
        tmp_path / f"a:film.{suffix}",
        [film_maker.fade(black, scene, 9)],
        codec=codec,
    )
    whole = read(path)
    assert len(whole) == 54
    assert whole[0][0] < 0.1
    rest = read(path, start=whole[41][0])
    assert [time for time, _ in rest] == [time for time, _ in whole[41:]]
    np.testing.assert_array_equal(rest[0][1], whole[41][1])


def test_a_video_that_cannot_be_searched_goes_on_from_any_frame(
    tmp_path, scene
):
    black = np.zeros_like(scene)
    path = film_maker.write_film(
        tmp_path / "film.h264", [film_maker.fade(black, scene, 8)]
    )
    whole = read(path)
    assert len(whole) == 48
    rest = read(path, start=whole[40][0])
    assert [time for time, _ in rest] == [time for time, _ in whole[40:]]


def test_colors_are_those_that_were_filmed(tmp_path):
    path = film_maker.write_film(
        tmp_path / "film.mp4", [film_maker.still(QUARTERS, 1)], noise=0
    )
    assert_alike(read(path)[0][1], QUARTERS)


def test_untagged_hd_films_have_the_colors_of_hd(tmp_path):
    picture = np.full((720, 96, 3), (200, 60, 40), "uint8")
    frame = av.VideoFrame.from_ndarray(picture, "rgb24")
    frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709")
    frame.colorspace = 2
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", 24)
        stream.width, stream.height, stream.pix_fmt = 96, 720, "yuv420p"
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert_alike(read(path)[0][1], picture, most=4)


@pytest.mark.parametrize(
    ("aspect", "expected"),
    [
        (2, QUARTERS.repeat(2, axis=1)),
        (fractions.Fraction(1, 2), QUARTERS[:, ::2]),
        (4, QUARTERS.repeat(4, axis=1)),
        (6, QUARTERS),  # Nobody films so.
        (fractions.Fraction(1, 6), QUARTERS),
    ],
)
def test_frames_have_the_proportions_that_a_player_shows(
    tmp_path, aspect, expected
):
    path = film_maker.write_film(
        tmp_path / "dvd.mkv", [film_maker.still(QUARTERS, 1)], aspect=aspect
    )
    assert_alike(read(path)[0][1], expected)


def test_wide_pixels_are_tall_in_a_video_that_is_turned(tmp_path):
    path = film_maker.write_film(
        tmp_path / "phone.mp4", [film_maker.still(QUARTERS, 1)], aspect=2
    )
    clip_maker.set_display_matrix(path, (0, -1, 1, 0))
    expected = np.rot90(QUARTERS)[:, ::2]
    assert_alike(read(path)[0][1], expected)


def test_fine_lines_do_not_alias_where_pixels_are_narrow(tmp_path, random):
    lines = random.choice([20, 220], (1, 96, 1)).astype("uint8")
    path = film_maker.write_film(
        tmp_path / "dvd.mkv",
        [film_maker.still(np.tile(lines, (64, 1, 3)), 1)],
        noise=0,
        aspect=fractions.Fraction(1, 4),
    )
    expected = lines.reshape(24, 4).mean(axis=1)[None, :, None]
    picture = read(path)[0][1]
    assert picture.shape == (64, 24, 3)
    assert np.abs(picture - expected).mean() < 6


def test_wide_pixels_are_no_blocks(tmp_path):
    row = np.linspace(20, 220, 24).astype("uint8")[None, :, None]
    path = film_maker.write_film(
        tmp_path / "dvd.mkv",
        [film_maker.still(np.tile(row, (64, 1, 3)), 1)],
        noise=0,
        aspect=fractions.Fraction(64, 45),
    )
    slopes = np.diff(read(path)[0][1].mean(axis=(0, 2)))
    assert np.ptp(slopes) < 7  # With blocks, 14.


def test_a_video_that_breaks_off_gives_what_is_there(film, tmp_path):
    whole = reader.VideoFile(film)
    assert len(list(frame_sampler.sampled(whole, 6))) == 60
    assert whole.end is None
    half = tmp_path / "half.mkv"
    half.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    broken = reader.VideoFile(half)
    count = len(list(frame_sampler.sampled(broken, 6)))
    assert 10 < count < 55
    assert broken.end == pytest.approx(count / 6, abs=0.5)


def test_damage_in_the_middle_costs_only_what_is_damaged(film):
    data = bytearray(film.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200] = bytes(200)
    film.write_bytes(data)
    assert len(read(film)) > 20


def test_the_video_is_taken_and_not_its_cover(scene, tmp_path):
    path = tmp_path / "with_cover.mp4"
    cover = np.full((300, 400, 3), 90, "uint8")
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mjpeg", 1)
        picture.width, picture.height, picture.pix_fmt = 400, 300, "yuvj420p"
        picture.disposition = av.stream.Disposition.attached_pic
        film = container.add_stream("libx264", 24)
        film.width, film.height, film.pix_fmt = 192, 128, "yuv420p"
        for stream, pixels in [(picture, cover), *[(film, scene)] * 24]:
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
            container.mux(stream.encode(frame))
        container.mux(picture.encode(None))
        container.mux(film.encode(None))
    frames = read(path)
    assert len(frames) == 6
    assert_alike(frames[0][1], scene)


def test_files_without_video_are_named(tmp_path):
    text = tmp_path / "film.mkv"
    with pytest.raises(errors.InputError, match=r"film\.mkv is not a file"):
        reader.VideoFile(text)
    text.write_text("no film")
    with pytest.raises(errors.InputError, match="not a video that can be"):
        reader.VideoFile(text)
    with pytest.raises(errors.InputError, match="is not a file"):
        reader.VideoFile(tmp_path)


def test_sound_is_no_video(tmp_path):
    path = tmp_path / "song.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", 8000, layout="mono")
        samples = np.zeros((1, 800), "int16")
        frame = av.AudioFrame.from_ndarray(samples, "s16", "mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(errors.InputError, match="no moving picture"):
        reader.VideoFile(path)


def test_a_colon_in_a_name_is_no_protocol(film, monkeypatch):
    film.rename(film.with_name("a:film.mkv"))
    monkeypatch.chdir(film.parent)
    assert len(read("a:film.mkv")) == 60


def test_times_read_like_those_of_a_player():
    assert frame_sampler.clock(3725.9) == "1:02:05"
    assert frame_sampler.clock(3 * 3600 + 59) == "3:00:59"
