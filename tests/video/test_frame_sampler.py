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
def video(tmp_path, scene):
    """Ten seconds of increasing brightness, so that frames tell their time."""
    black = np.zeros_like(scene)
    path = tmp_path / "video.mkv"
    return film_maker.write_film(
        path, [film_maker.fade(black, scene, 10)], noise=0
    )


def read(path, rate=6, start=0.0):
    return list(
        frame_sampler.sample_frames(reader.VideoFile(path), rate, start)
    )


def assert_alike(picture, expected, most=12):
    assert picture.shape == expected.shape
    assert np.abs(picture.astype(float) - expected).mean() < most


def test_the_sampling_rate_is_limited(video):
    frames = read(video)
    times = [time for time, _ in frames]
    assert reader.VideoFile(video).seconds == pytest.approx(10, abs=0.1)
    assert len(frames) == 60
    np.testing.assert_allclose(times, np.arange(60) / 6, atol=0.1)
    light = [picture.mean() for _, picture in frames]
    assert all(np.diff(light) > 0)


def test_all_frames_of_a_slow_video_are_read(video):
    assert len(read(video, rate=100)) == 240


def test_variable_frame_rates_keep_their_times(tmp_path, scene, random):
    """Phones and screen recorders have variable frame rates."""
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
def test_sampling_can_start_at_any_frame(video, number):
    whole = read(video)
    rest = read(video, start=whole[number][0])
    assert [time for time, _ in rest] == [time for time, _ in whole[number:]]
    for (_, one), (_, other) in zip(rest, whole[number:], strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("suffix", ["mp4", "ts", "avi"])
def test_sampling_can_start_anywhere_in_any_format(tmp_path, scene, suffix):
    """Streams do not always start at 0, nor do all support seeking."""
    black = np.zeros_like(scene)
    codec = "mpeg4" if suffix == "avi" else "libx264"
    path = film_maker.write_film(
        tmp_path / f"a:video.{suffix}",
        [film_maker.fade(black, scene, 9)],
        codec=codec,
    )
    whole = read(path)
    assert len(whole) == 54
    assert whole[0][0] < 0.1
    rest = read(path, start=whole[41][0])
    assert [time for time, _ in rest] == [time for time, _ in whole[41:]]
    np.testing.assert_array_equal(rest[0][1], whole[41][1])


def test_sampling_can_start_anywhere_without_seeking(tmp_path, scene):
    black = np.zeros_like(scene)
    path = film_maker.write_film(
        tmp_path / "film.h264", [film_maker.fade(black, scene, 8)]
    )
    whole = read(path)
    assert len(whole) == 48
    rest = read(path, start=whole[40][0])
    assert [time for time, _ in rest] == [time for time, _ in whole[40:]]


def test_colors_are_correct(tmp_path):
    path = film_maker.write_film(
        tmp_path / "video.mp4", [film_maker.still(QUARTERS, 1)], noise=0
    )
    assert_alike(read(path)[0][1], QUARTERS)


def test_untagged_hd_videos_are_bt709(tmp_path):
    picture = np.full((720, 96, 3), (200, 60, 40), "uint8")
    frame = av.VideoFrame.from_ndarray(picture, "rgb24")
    frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709")
    frame.colorspace = 2
    path = tmp_path / "video.mp4"
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
        (6, QUARTERS),  # Assumed to be a wrong tag.
        (fractions.Fraction(1, 6), QUARTERS),
    ],
)
def test_frames_have_square_pixels(tmp_path, aspect, expected):
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


def test_a_truncated_video_is_read_to_its_end(video, tmp_path):
    whole = reader.VideoFile(video)
    assert len(list(frame_sampler.sample_frames(whole, 6))) == 60
    assert whole.end is None
    half = tmp_path / "half.mkv"
    half.write_bytes(video.read_bytes()[: video.stat().st_size // 2])
    broken = reader.VideoFile(half)
    count = len(list(frame_sampler.sample_frames(broken, 6)))
    assert 10 < count < 55
    assert broken.end == pytest.approx(count / 6, abs=0.5)


def test_damage_in_the_middle_costs_only_damaged_frames(video):
    data = bytearray(video.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200] = bytes(200)
    video.write_bytes(data)
    assert len(read(video)) > 20


def test_covers_are_ignored(scene, tmp_path):
    path = tmp_path / "with_cover.mp4"
    cover = np.full((300, 400, 3), 90, "uint8")
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mjpeg", 1)
        picture.width, picture.height, picture.pix_fmt = 400, 300, "yuvj420p"
        picture.disposition = av.stream.Disposition.attached_pic
        video = container.add_stream("libx264", 24)
        video.width, video.height, video.pix_fmt = 192, 128, "yuv420p"
        for stream, pixels in [(picture, cover), *[(video, scene)] * 24]:
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
            container.mux(stream.encode(frame))
        container.mux(picture.encode(None))
        container.mux(video.encode(None))
    frames = read(path)
    assert len(frames) == 6
    assert_alike(frames[0][1], scene)


def test_files_without_video_are_reported(tmp_path):
    text = tmp_path / "video.mkv"
    with pytest.raises(errors.InputError, match=r"video\.mkv is not a file"):
        reader.VideoFile(text)
    text.write_text("not a video")
    with pytest.raises(errors.InputError, match="not a readable video"):
        reader.VideoFile(text)
    with pytest.raises(errors.InputError, match="is not a file"):
        reader.VideoFile(tmp_path)


def test_audio_files_are_rejected(tmp_path):
    path = tmp_path / "song.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", 8000, layout="mono")
        samples = np.zeros((1, 800), "int16")
        frame = av.AudioFrame.from_ndarray(samples, "s16", "mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(errors.InputError, match="no video stream"):
        reader.VideoFile(path)


def test_a_colon_in_a_name_is_not_a_protocol(video, monkeypatch):
    video.rename(video.with_name("a:video.mkv"))
    monkeypatch.chdir(video.parent)
    assert len(read("a:video.mkv")) == 60


def test_times_are_formatted_as_h_mm_ss():
    assert frame_sampler.format_time(3725.9) == "1:02:05"
    assert frame_sampler.format_time(3 * 3600 + 59) == "3:00:59"
