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
# Lossy encoders are not deterministic on a busy machine.
LOSSLESS = {"quality": 0}
# Runs in a process to be killed, at 10 frames per second.
SLOW_SCRIPT = """
import fractions, sys, time
from cartoongan_tf.video import segments
from cartoongan_tf.video import videos

def cartoonize(picture):
    time.sleep(0.1)
    return 255 - picture

segments.SEGMENT_SECONDS = fractions.Fraction(1, 2)
videos.cartoonize_video(cartoonize, *sys.argv[1:], quality=0)
"""
# Limits the size of files, as on a disk that is almost full.
LITTLE_SPACE_SCRIPT = """
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
    """Inverts pictures with some flicker; counts calls and may fail."""

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
def test_every_frame_is_cartoonized(tmp_path, source, temporal):
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
def test_a_resumed_video_equals_an_uninterrupted_one(
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
def test_variable_frame_rates_with_gaps_resume(tmp_path, pictures):
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
def test_other_settings_start_over(tmp_path, source, change):
    target = tmp_path / "cartoon.mp4"
    failing, network = Network(40, ZeroDivisionError()), Network()
    with pytest.raises(ZeroDivisionError):
        videos.cartoonize_video(failing, source, target)
    videos.cartoonize_video(network, source, target, **change)
    assert network.calls == COUNT


@pytest.mark.usefixtures("short_segments")
def test_another_source_starts_over(tmp_path, source, pictures):
    target = tmp_path / "cartoon.mp4"
    failing, network = Network(40, ZeroDivisionError()), Network()
    with pytest.raises(ZeroDivisionError):
        videos.cartoonize_video(failing, source, target)
    clip_maker.write_clip(source, pictures[::-1])
    videos.cartoonize_video(network, source, target)
    assert network.calls == COUNT


def test_another_segment_duration_starts_over(tmp_path, source, monkeypatch):
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
def test_a_video_resumed_after_a_kill_equals_an_uninterrupted_one(
    tmp_path, source
):
    whole, target = tmp_path / "whole.mp4", tmp_path / "killed.mp4"
    videos.cartoonize_video(lambda p: 255 - p, source, whole, **LOSSLESS)
    command = [sys.executable, "-c", SLOW_SCRIPT, str(source), str(target)]
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
def test_ctrl_c_reports_how_to_resume(tmp_path, source):
    failing = Network(40, KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt, match=r"resume from 0:00:01"):
        videos.cartoonize_video(failing, source, tmp_path / "cartoon.mp4")


@pytest.mark.parametrize("error", [ZeroDivisionError(), KeyboardInterrupt()])
def test_no_files_are_left_without_a_finished_segment(tmp_path, source, error):
    target = tmp_path / "new" / "cartoon.mp4"
    with pytest.raises(type(error)):
        videos.cartoonize_video(Network(40, error), source, target)
    assert list(target.parent.iterdir()) == []


@pytest.mark.usefixtures("short_segments")
def test_batches_do_not_span_segments(tmp_path, source):
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
    """The pipeline reads only a few frames ahead of the network."""
    seen = []

    def on_progress(stage, done, total, note):
        seen.append(network.calls)

    network = Network()
    videos.cartoonize_video(
        network, source, tmp_path / "a.mp4", on_progress=on_progress
    )
    ahead = np.array(seen) - np.arange(1, COUNT + 1)
    assert ahead.max() <= 8


def test_progress_and_speed_are_reported(tmp_path, source):
    calls = []
    videos.cartoonize_video(
        Network(),
        source,
        tmp_path / "a.mp4",
        on_progress=lambda *c: calls.append(c),
    )
    assert len(calls) == COUNT
    stage, done, total, note = calls[-1]
    assert stage == "Cartoonizing"
    assert done == pytest.approx((COUNT - 1) / clip_maker.RATE)
    assert total == pytest.approx(COUNT / clip_maker.RATE, abs=0.1)
    assert note.endswith("frames/s")


def test_stages_run_concurrently(tmp_path, source):
    """The network may start a frame before the last one is encoded."""
    threads = set()

    def cartoonize(picture):
        threads.add(threading.current_thread())
        return 255 - picture

    videos.cartoonize_video(cartoonize, source, tmp_path / "a.mp4")
    assert threading.current_thread() not in threads


def test_a_truncated_video_is_cartoonized_to_its_end(tmp_path):
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
    assert "walk.mkv is truncated at 0:00:0" in note


def test_losses_are_reported_before_frames_are_made(tmp_path, source):
    notes_before = []

    def cartoonize(picture):
        assert len(notes_before) == 1
        return 255 - picture

    notes = videos.cartoonize_video(
        cartoonize, source, tmp_path / "a.webm", on_note=notes_before.append
    )
    assert "is re-encoded as opus" in notes_before[0]
    assert notes == []


@pytest.mark.parametrize("batch", [1, 4])
def test_frames_of_another_size_are_letterboxed(tmp_path, batch):
    parts = clip_maker.frames(10, 48, 64), clip_maker.frames(10, 64, 48)
    source = clip_maker.join_sizes(tmp_path / "call.webm", parts)
    target = tmp_path / "cartoon.mp4"
    settings = {"temporal": False, **LOSSLESS}
    (note,) = videos.cartoonize_video(
        lambda p: p, source, target, batch=batch, **settings
    )
    assert "call.webm changes its frame size" in note
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
    """Frames with a transparent left and a translucent right quarter."""
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
def test_transparency_is_kept(tmp_path, transparent, name, codec):
    """It is also kept after resuming, and beside the photo."""
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
def test_unsupported_transparency_is_composited_on_white(
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


def test_padding_of_odd_sizes_is_reported(tmp_path):
    source = clip_maker.write_clip(
        tmp_path / "odd.webm",
        clip_maker.frames(10, 47, 65),
        codec="libvpx-vp9",
    )
    (note,) = videos.cartoonize_video(Network(), source, tmp_path / "a.mp4")
    assert "h264 supports even sizes only" in note
    target = tmp_path / "a.webm"
    assert videos.cartoonize_video(Network(), source, target) == []
    assert read(target)[0][1].shape == (47, 65, 3)


def test_a_source_is_never_replaced(source):
    data = source.read_bytes()
    with pytest.raises(errors.InputError, match="would be replaced"):
        videos.cartoonize_video(Network(), source, source)
    assert source.read_bytes() == data


def test_errors_of_the_model_name_the_video(tmp_path, source):
    failing = Network(1, errors.InputError("a picture of 4x4 is too small"))
    with pytest.raises(errors.InputError, match=r"walk\.mp4: a picture of"):
        videos.cartoonize_video(failing, source, tmp_path / "a.mp4")


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="limits are those of POSIX")
def test_a_full_disk_is_reported(tmp_path, run_command):
    source = clip_maker.write_clip(
        tmp_path / "large.mp4", clip_maker.frames(40, 240, 320)
    )
    target = tmp_path / "cartoon.mp4"
    done = run_command(
        sys.executable, "-c", LITTLE_SPACE_SCRIPT, str(source), str(target)
    )
    assert done.returncode == 1
    assert "error: no space left to write" in done.stderr
    assert not target.exists()
    with contextlib.suppress(FileNotFoundError):
        temporary = [p for p in tmp_path.rglob(".tmp-*") if p.is_file()]
        assert temporary == []
