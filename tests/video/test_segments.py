import fractions

import clip_maker
import numpy as np
import pytest

from cartoongan_tf.video import reader
from cartoongan_tf.video import segments


def open_clip(path, count, rate):
    """A clip of `count` frames, `rate` a second."""
    pictures = clip_maker.frames(count, 24, 80)
    ticks, time_base = range(count), 1 / fractions.Fraction(rate)
    clip_maker.write_clip(path, pictures, ticks=ticks, time_base=time_base)
    return reader.VideoFile(path)


@pytest.mark.parametrize(
    ("frames", "number"), [(1, 1), (19, 1), (20, 1), (21, 2), (40, 2), (41, 3)]
)
def test_a_video_has_a_segment_for_each_ten_seconds_begun(
    tmp_path, frames, number
):
    video = open_clip(tmp_path / "a.mp4", frames, 2)
    assert segments.count(video) == number


def test_a_file_that_does_not_tell_its_length_has_no_count(tmp_path):
    video = open_clip(tmp_path / "a.h264", 3, 2)
    assert segments.count(video) is None


@pytest.mark.parametrize("rate", [3, clip_maker.RATE / 10])
def test_segments_are_all_frames_of_a_video_once(tmp_path, rate):
    """Also where ten seconds are no whole number of frames."""
    video = open_clip(tmp_path / "a.mp4", 70, rate)
    parts = [
        list(segments.photos(video, number, is_last=number == 2))
        for number in range(3)
    ]
    assert [len(part) for part in parts] == [30, 30, 10]
    frames = [picture for _, picture in video.frames()]
    np.testing.assert_array_equal(np.concatenate(parts), frames)


def test_the_last_segment_goes_on_to_the_end_and_no_other(tmp_path):
    """As files may be longer than they say."""
    video = open_clip(tmp_path / "a.mp4", 25, 1)
    assert len(list(segments.photos(video, 0, is_last=True))) == 25
    assert len(list(segments.photos(video, 1, is_last=True))) == 15
    assert len(list(segments.photos(video, 1, is_last=False))) == 10


def test_the_first_tick_of_a_segment_is_never_before_it(tmp_path):
    video = open_clip(tmp_path / "a.mp4", 5, clip_maker.RATE)
    for number in range(5):
        tick, seconds = segments.first_tick(video, number), 10 * number
        assert tick * video.time_base >= seconds
        assert (tick - 1) * video.time_base < seconds
