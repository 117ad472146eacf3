import contextlib
import fractions
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import av
import clip_maker
import cv2
import numpy as np
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.video import reader
from cartoongan_tf.video import segments
from cartoongan_tf.video import videos

ROOT = pathlib.Path(__file__).parents[2]
COUNT = 60
# Encoders may decide now this way, now that, on a busy machine.
LOSSLESS = {"quality": 0}
# Runs in a process of its own, to be killed: a tenth of a second a frame.
SLOWLY = """
import fractions, sys, time
from cartoongan_tf.video import segments
from cartoongan_tf.video import videos

def cartoonize(picture):
    time.sleep(0.1)
    return 255 - picture

segments.SEGMENT_SECONDS = fractions.Fraction(1, 2)
videos.cartoonize_video(cartoonize, *sys.argv[1:], quality=0)
"""
# Files may grow to so many bytes, as on a disk that is almost full.
IN_LITTLE_SPACE = """
import resource, sys
import numpy as np
from cartoongan_tf.commands import exit
from cartoongan_tf.video import videos

def cartoonize(picture):
    return np.random.default_rng(0).integers(0, 256, picture.shape, "uint8")

source, target = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
with exit.with_message():
    videos.cartoonize_video(cartoonize, source, target, quality=0)
"""


@pytest.fixture
def pictures():
    return clip_maker.frames(COUNT)


@pytest.fixture
def source(tmp_path, pictures):
    return clip_maker.write_clip(tmp_path / "walk.mp4", pictures, sound="aac")


@pytest.fixture
def short_segments(monkeypatch):
    half = fractions.Fraction(1, 2)
    monkeypatch.setattr(segments, "SEGMENT_SECONDS", half)


class Network:
    """Inverts pictures, with a flicker of its own; counts and may fail."""

    def __init__(self, fails_at=None, error=None):
        self.calls, self.fails_at, self.error = 0, fails_at, error

    def __call__(self, picture):
        self.calls += 1
        if self.calls == self.fails_at:
            raise self.error
        return cv2.add(255 - picture, int(picture[0, 0, 0]) % 7)


def read(path):
    return list(reader.VideoFile(path).frames())


def assert_same_frames(one, other):
    for (tick, picture), (same, expected) in zip(
        read(one), read(other), strict=True
    ):
        assert tick == same
        np.testing.assert_array_equal(picture, expected)


@pytest.mark.parametrize("temporal", [False, True])
def test_each_frame_becomes_its_cartoon(tmp_path, source, temporal):
    target = tmp_path / "new" / "cartoon.mp4"
    notes = videos.cartoonize_video(
        lambda picture: 255 - picture, source, target, temporal=temporal
    )
    assert notes == []
    frames, cartoons = read(source), read(target)
    assert len(cartoons) == COUNT
    ours = reader.VideoFile(source).time_base
    theirs = reader.VideoFile(target).time_base
    assert [tick * theirs for tick, _ in cartoons] == [
        tick * ours for tick, _ in frames
    ]
    for (_, cartoon), (_, frame) in zip(cartoons, frames, strict=True):
        assert np.abs(cartoon + frame.astype(float) - 255).mean() < 6
    with av.open(str(target)) as container:
        assert len(container.streams.audio) == 1
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_cartoons_are_smoothed_by_default(tmp_path, pictures):
    source = clip_maker.write_clip(tmp_path / "a.mkv", [pictures[0]] * 20)

    def network():
        calls = iter(range(100))
        return lambda p: cv2.add(p // 2, 30 * (next(calls) % 2))

    def flicker(temporal):
        target = tmp_path / f"{temporal}.mkv"
        videos.cartoonize_video(network(), source, target, temporal=temporal)
        light = [picture.mean() for _, picture in read(target)]
        return np.abs(np.diff(light)).mean()

    assert flicker(True) < 0.6 * flicker(False)


@pytest.mark.usefixtures("short_segments")
@pytest.mark.parametrize("temporal", [False, True])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_stopped_video_ends_like_one_that_was_not(
    tmp_path, source, temporal, suffix
):
    whole, target = tmp_path / f"whole{suffix}", tmp_path / f"stopped{suffix}"
    settings = {"temporal": temporal, **LOSSLESS}
    videos.cartoonize_video(Network(), source, whole, **settings)
    failing = Network(40, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        videos.cartoonize_video(failing, source, target, **settings)
    assert not target.exists()
    network = Network()
    videos.cartoonize_video(network, source, target, **settings)
    assert network.calls == COUNT - 30
    assert_same_frames(target, whole)


@pytest.mark.usefixtures("short_segments")
def test_uneven_frames_with_gaps_go_on(tmp_path, pictures):
    ticks = np.cumsum([33, 700, 33, 33, 1900] * (COUNT // 5)).tolist()
    source = clip_maker.write_clip(
        tmp_path / "screen.mkv",
        pictures,
        ticks=ticks,
        time_base=fractions.Fraction(1, 1000),
    )
    whole, target = tmp_path / "whole.mkv", tmp_path / "stopped.mkv"
    videos.cartoonize_video(Network(), source, whole, **LOSSLESS)
    failing, network = Network(40, ZeroDivisionError()), Network()
    with pytest.raises(ZeroDivisionError):
        videos.cartoonize_video(failing, source, target, **LOSSLESS)
    videos.cartoonize_video(network, source, target, **LOSSLESS)
    assert network.calls < COUNT - 30
    assert [tick for tick, _ in read(target)] == [t for t, _ in read(source)]
    assert_same_frames(target, whole)


@pytest.mark.usefixtures("short_segments")
@pytest.mark.parametrize(
    "change",
    [
        {"quality": 30},
        {"codec": "h265"},
        {"temporal": False},
        {"fingerprint": "another model"},
    ],
)
def test_other_settings_begin_anew(tmp_path, source, change):
    target = tmp_path / "cartoon.mp4"
    failing, network = Network(40, ZeroDivisionError()), Network()
    with pytest.raises(ZeroDivisionError):
        videos.cartoonize_video(failing, source, target)
    videos.cartoonize_video(network, source, target, **change)
    assert network.calls == COUNT


@pytest.mark.usefixtures("short_segments")
def test_another_source_begins_anew(tmp_path, source, pictures):
    target = tmp_path / "cartoon.mp4"
    failing, network = Network(40, ZeroDivisionError()), Network()
    with pytest.raises(ZeroDivisionError):
        videos.cartoonize_video(failing, source, target)
    clip_maker.write_clip(source, pictures[::-1])
    videos.cartoonize_video(network, source, target)
    assert network.calls == COUNT


def test_segments_of_another_length_begin_anew(tmp_path, source, monkeypatch):
    target = tmp_path / "cartoon.mp4"
    failing, network = Network(40, ZeroDivisionError()), Network()
    monkeypatch.setattr(segments, "SEGMENT_SECONDS", fractions.Fraction(1, 2))
    with pytest.raises(ZeroDivisionError):
        videos.cartoonize_video(failing, source, target)
    monkeypatch.setattr(segments, "SEGMENT_SECONDS", fractions.Fraction(2, 5))
    videos.cartoonize_video(network, source, target)
    assert network.calls == COUNT


@pytest.mark.slow
@pytest.mark.usefixtures("short_segments")
def test_a_killed_video_ends_like_one_that_was_not(tmp_path, source):
    whole, target = tmp_path / "whole.mp4", tmp_path / "killed.mp4"
    videos.cartoonize_video(lambda p: 255 - p, source, whole, **LOSSLESS)
    command = [sys.executable, "-c", SLOWLY, str(source), str(target)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    record = tmp_path / ".segments-killed.mp4" / "000001.json"
    while not record.exists() and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not target.exists()
    calls = []
    videos.cartoonize_video(
        lambda p: calls.append(p) or 255 - p, source, target, **LOSSLESS
    )
    assert len(calls) <= COUNT - 30
    assert_same_frames(target, whole)


@pytest.mark.usefixtures("short_segments")
def test_ctrl_c_says_how_to_go_on(tmp_path, source):
    failing = Network(40, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt, match=r"goes on from 0:00:01"):
        videos.cartoonize_video(failing, source, tmp_path / "cartoon.mp4")


@pytest.mark.parametrize("error", [ZeroDivisionError(), KeyboardInterrupt()])
def test_nothing_stays_of_a_video_without_a_whole_segment(
    tmp_path, source, error
):
    target = tmp_path / "new" / "cartoon.mp4"
    with pytest.raises(type(error)):
        videos.cartoonize_video(Network(40, error), source, target)
    assert list(target.parent.iterdir()) == []


@pytest.mark.usefixtures("short_segments")
def test_frames_go_in_batches_none_across_segments(tmp_path, source):
    sizes = []

    def cartoonize(photos):
        sizes.append(len(photos))
        return 255 - photos

    one, other = tmp_path / "one.mp4", tmp_path / "other.mp4"
    videos.cartoonize_video(cartoonize, source, one, batch=8, **LOSSLESS)
    assert sizes == [8, 7] * 4
    videos.cartoonize_video(lambda p: 255 - p, source, other, **LOSSLESS)
    assert_same_frames(one, other)


def test_few_frames_are_in_memory(tmp_path, source):
    """However slow the network is, and however long the video."""
    seen = []

    def watch(stage, done, total, note):
        seen.append(network.calls)

    network = Network()
    videos.cartoonize_video(network, source, tmp_path / "a.mp4", watch=watch)
    ahead = np.array(seen) - np.arange(1, COUNT + 1)
    assert ahead.max() <= 8


def test_a_watcher_sees_how_far_it_is_and_how_fast(tmp_path, source):
    calls = []
    videos.cartoonize_video(
        Network(), source, tmp_path / "a.mp4", watch=lambda *c: calls.append(c)
    )
    assert len(calls) == COUNT
    stage, done, total, note = calls[-1]
    assert stage == "Cartoonizing"
    assert done == pytest.approx((COUNT - 1) / clip_maker.RATE)
    assert total == pytest.approx(COUNT / clip_maker.RATE, abs=0.1)
    assert note.endswith("frames/s")


def test_stages_work_side_by_side(tmp_path, source):
    """The network may begin a frame before the last one is encoded."""
    threads = set()

    def cartoonize(picture):
        threads.add(threading.current_thread())
        return 255 - picture

    videos.cartoonize_video(cartoonize, source, tmp_path / "a.mp4")
    assert threading.current_thread() not in threads


def test_a_video_that_breaks_off_is_cartoonized_up_to_there(tmp_path):
    source = clip_maker.write_clip(
        tmp_path / "walk.mkv", clip_maker.frames(60) * 3
    )
    data = source.read_bytes()
    source.write_bytes(data[: len(data) // 2])
    target = tmp_path / "cartoon.mkv"
    network = Network()
    (note,) = videos.cartoonize_video(network, source, target)
    assert 20 < network.calls < 150
    assert len(read(target)) == network.calls
    assert "walk.mkv breaks off at 0:00:0" in note


def test_what_is_lost_is_told_before_frames_are_made(tmp_path, source):
    told = []

    def cartoonize(picture):
        assert len(told) == 1
        return 255 - picture

    notes = videos.cartoonize_video(
        cartoonize, source, tmp_path / "a.webm", tell=told.append
    )
    assert "is re-encoded, as opus" in told[0]
    assert notes == []


@pytest.mark.parametrize("batch", [1, 4])
def test_frames_of_another_size_get_bars(tmp_path, batch):
    parts = clip_maker.frames(10, 48, 64), clip_maker.frames(10, 64, 48)
    source = clip_maker.join_sizes(tmp_path / "call.webm", parts)
    target = tmp_path / "cartoon.mp4"
    settings = {"temporal": False, **LOSSLESS}
    (note,) = videos.cartoonize_video(
        lambda p: p, source, target, batch=batch, **settings
    )
    assert "call.webm changes its size" in note
    shown = [picture for _, picture in read(target)]
    assert len(shown) == 20
    assert {picture.shape for picture in shown} == {(48, 64, 3)}
    inner = cv2.resize(parts[1][9], (36, 48), interpolation=cv2.INTER_AREA)
    assert np.abs(shown[19][:, 14:50] - inner.astype(float)).mean() < 6
    assert shown[19][:, :12].max() < 20
    assert shown[19][:, 52:].max() < 20
    assert np.abs(shown[3] - parts[0][3].astype(float)).mean() < 6


@pytest.fixture
def transparent(tmp_path):
    """Frames that are clear on the left, half clear on the right."""
    pictures = [
        np.dstack([picture, np.full(picture.shape[:2], 255, "uint8")])
        for picture in clip_maker.frames(20)
    ]
    for picture in pictures:
        picture[:32, :32, 3], picture[:32, 32:, 3] = 0, 102
    return clip_maker.write_transparent(tmp_path / "clear.webm", pictures)


@pytest.mark.usefixtures("short_segments")
@pytest.mark.parametrize(
    ("name", "codec"), [("a.webm", None), ("a.mkv", "vp9"), ("a.mov", None)]
)
def test_what_is_transparent_stays_so(tmp_path, transparent, name, codec):
    """After a stop, too, and for a cartoon beside its photo."""
    target = tmp_path / name
    settings = {
        "codec": codec,
        "compose": lambda photo, cartoon: np.concatenate([photo, cartoon], 1),
        **LOSSLESS,
    }
    with pytest.raises(ZeroDivisionError):
        videos.cartoonize_video(
            Network(12, ZeroDivisionError()), transparent, target, **settings
        )
    calls = []
    notes = videos.cartoonize_video(
        lambda p: calls.append(p) or 255 - p, transparent, target, **settings
    )
    assert len(calls) == 20 - 10
    assert notes == []
    frames = reader.VideoFile(target).frames(keeps_alpha=True)
    found = np.stack([picture for _, picture in frames])
    assert found.shape == (20, 48, 128, 4)
    for left in (0, 64):
        alpha = found[:, :, left : left + 64, 3].astype(int)
        assert alpha[:, 2:30, 2:30].max() < 6
        assert np.abs(alpha[:, 2:30, 34:62] - 102).max() < 12
        assert alpha[:, 34:].min() > 249


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", None), ("a.webm", "av1"), ("a.mp4", "vp9")]
)
def test_what_cannot_be_transparent_stands_on_white(
    tmp_path, transparent, name, codec
):
    target = tmp_path / name
    (note,) = videos.cartoonize_video(
        lambda p: p, transparent, target, codec=codec, temporal=False
    )
    assert "clear.webm has an alpha channel" in note
    video = reader.VideoFile(target)
    assert not video.has_alpha
    with av.open(str(target)) as container:
        tags = container.streams.video[0].metadata
        assert "alpha_mode" not in map(str.lower, tags)
    assert all(picture[4:28, 4:28].min() > 245 for _, picture in video.frames())


def test_an_odd_size_is_said_to_grow(tmp_path):
    source = clip_maker.write_clip(
        tmp_path / "odd.webm",
        clip_maker.frames(10, 47, 65),
        codec="libvpx-vp9",
    )
    (note,) = videos.cartoonize_video(Network(), source, tmp_path / "a.mp4")
    assert "h264 holds even sizes only" in note
    target = tmp_path / "a.webm"
    assert videos.cartoonize_video(Network(), source, target) == []
    assert read(target)[0][1].shape == (47, 65, 3)


def test_no_video_is_replaced_by_its_cartoon(source):
    data = source.read_bytes()
    with pytest.raises(errors.InputError, match="would be replaced"):
        videos.cartoonize_video(Network(), source, source)
    assert source.read_bytes() == data


def test_a_photo_unfit_for_the_model_is_named(tmp_path, source):
    failing = Network(1, errors.InputError("a picture of 4x4 is too small"))
    with pytest.raises(errors.InputError, match=r"walk\.mp4: a picture of"):
        videos.cartoonize_video(failing, source, tmp_path / "a.mp4")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="limits are those of POSIX")
def test_a_full_disk_is_reported_in_one_message(tmp_path, run_command):
    source = clip_maker.write_clip(
        tmp_path / "large.mp4", clip_maker.frames(40, 240, 320)
    )
    target = tmp_path / "cartoon.mp4"
    done = run_command(
        sys.executable, "-c", IN_LITTLE_SPACE, str(source), str(target)
    )
    assert done.returncode == 1
    assert "error: no space left to write" in done.stderr
    assert not target.exists()
    with contextlib.suppress(FileNotFoundError):
        temporary = [p for p in tmp_path.rglob(".tmp-*") if p.is_file()]
        assert temporary == []
