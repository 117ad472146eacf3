import clip_maker
import numpy as np
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.video import cameras
from cartoongan_tf.video import reader


@pytest.fixture
def camera(tmp_path):
    """A video file, which OpenCV opens like a camera."""
    path = clip_maker.write_clip(tmp_path / "clip.mp4", clip_maker.frames(20))
    return str(path)


def invert(picture):
    return 255 - picture


def test_a_camera_is_recorded(camera, tmp_path):
    target = tmp_path / "new" / "camera.mkv"
    count = cameras.cartoonize_camera(invert, camera, target, temporal=False)
    assert count == 20
    found = list(reader.VideoFile(target).frames())
    for (_, actual), photo in zip(found, clip_maker.frames(20), strict=True):
        assert np.abs(actual + photo.astype(float) - 255).mean() < 8
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_cartoons_are_shown_live(camera):
    shown = []

    def show(cartoon):
        shown.append(cartoon)
        return len(shown) < 5

    assert cameras.cartoonize_camera(invert, camera, show=show) == 5
    assert len(shown) == 5
    off = np.abs(shown[0] + clip_maker.frames(1)[0].astype(float) - 255)
    assert off.mean() < 8


def test_ctrl_c_leaves_a_complete_video(camera, tmp_path):
    calls = iter(range(100))

    def interrupted(picture):
        if next(calls) == 7:
            raise KeyboardInterrupt
        return 255 - picture

    target = tmp_path / "camera.mp4"
    assert cameras.cartoonize_camera(interrupted, camera, target) == 7
    assert len(list(reader.VideoFile(target).frames())) == 7


def test_camera_cartoons_are_smoothed(camera):
    def flicker(temporal):
        light, calls = [], iter(range(100))

        def show(cartoon):
            light.append(cartoon.mean())
            return True

        cameras.cartoonize_camera(
            lambda p: p // 2 + np.uint8(40 * (next(calls) % 2)),
            camera,
            temporal=temporal,
            show=show,
        )
        return np.abs(np.diff(light)).mean()

    assert flicker(True) < 0.8 * flicker(False)


def test_a_missing_camera_is_reported(tmp_path):
    target = tmp_path / "camera.mp4"
    with pytest.raises(errors.InputError, match="camera:97 returns no picture"):
        cameras.cartoonize_camera(invert, 97, target)
    assert not target.exists()


def test_a_missing_display_is_reported(camera, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(errors.InputError, match="there is no display"):
        cameras.cartoonize_camera(invert, camera)
