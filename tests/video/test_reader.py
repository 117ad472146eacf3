import fractions

import av
import clip_maker
import numpy as np
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.video import reader

CLOCK = fractions.Fraction(1, 30000)


@pytest.fixture
def uneven(random):
    """Ticks of frames as phones and screen recorders film them."""
    steps = random.choice([500, 1001, 3600, 12000], 49)
    return [0, *np.cumsum(steps).tolist()]


def test_every_frame_comes_with_its_exact_time(tmp_path, uneven):
    pictures = clip_maker.frames(50)
    path = clip_maker.write_clip(
        tmp_path / "clip.mp4", pictures, ticks=uneven, time_base=CLOCK
    )
    video = reader.VideoFile(path)
    found = list(video.frames())
    times = [tick * video.time_base for tick, _ in found]
    assert times == [tick * CLOCK for tick in uneven]
    for (_, actual), picture in zip(found, pictures, strict=True):
        assert np.abs(actual.astype(float) - picture).mean() < 6


@pytest.mark.parametrize("number", [0, 17, 49])
def test_reading_goes_on_from_any_frame(tmp_path, uneven, number):
    pictures = clip_maker.frames(50)
    path = clip_maker.write_clip(
        tmp_path / "clip.mkv", pictures, ticks=uneven, time_base=CLOCK
    )
    video = reader.VideoFile(path)
    whole = list(video.frames())
    rest = list(video.frames(whole[number][0]))
    assert [tick for tick, _ in rest] == [tick for tick, _ in whole[number:]]
    for (_, one), (_, other) in zip(rest, whole[number:], strict=True):
        np.testing.assert_array_equal(one, other)


def test_frames_and_their_look_are_upright(tmp_path):
    (picture,) = clip_maker.frames(1)
    path = clip_maker.write_clip(tmp_path / "a.mp4", [picture] * 5, turn=90)
    video = reader.VideoFile(path)
    video.aspect = fractions.Fraction(4, 3)
    display, _ = video.display_info()
    upright = np.rot90(picture)
    assert display.size == (48, 64)
    assert display.aspect == fractions.Fraction(3, 4)
    for _, found in video.frames():
        assert found.shape == upright.shape
        assert np.abs(found.astype(float) - upright).mean() < 6


def test_the_matrix_of_an_untagged_video_follows_from_its_size(tmp_path):
    for height, matrix in [(48, 6), (720, 1)]:
        pictures = clip_maker.frames(2, height=height)
        path = clip_maker.write_clip(tmp_path / f"{height}.mp4", pictures)
        assert reader.VideoFile(path).display_info()[0].matrix == matrix


def test_losses_of_a_video_are_reported(tmp_path):
    path = clip_maker.write_clip(
        tmp_path / "deep.mkv", clip_maker.frames(3), pixels="yuv420p10le"
    )
    (note,) = reader.VideoFile(path).display_info()[1]
    assert "deep.mkv has 10 bits a channel" in note


def test_hdr_is_said_to_look_flat(tmp_path):
    path = tmp_path / "hdr.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx265", 24)
        stream.width, stream.height = 64, 48
        stream.pix_fmt = "yuv420p10le"
        stream.codec_context.color_trc = 16
        frame = av.VideoFrame(64, 48, "yuv420p10le")
        frame.color_trc = 16
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    display, (note,) = reader.VideoFile(path).display_info()
    assert display.transfer == 16
    assert "is HDR (PQ)" in note


def test_a_video_without_a_frame_is_named(tmp_path):
    path = clip_maker.write_clip(tmp_path / "a.mkv", clip_maker.frames(30))
    path.write_bytes(path.read_bytes()[:1500])
    with pytest.raises(errors.InputError, match=r"a\.mkv"):
        reader.VideoFile(path).display_info()
