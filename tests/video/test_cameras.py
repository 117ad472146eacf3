import clip_maker
import numpy as np
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.video import cameras
from cartoongan_tf.video import reader


@pytest.fixture
def film(tmp_path):
    """OpenCV's class opens a file as it does a camera."""
    path = clip_maker.write_clip(tmp_path / "film.mp4", clip_maker.frames(20))
    return str(path)


def invert(picture):
    return 255 - picture


def test_a_camera_is_written_to_a_video(film, tmp_path):
    target = tmp_path / "new" / "camera.mkv"
    count = cameras.cartoonize_camera(invert, film, target, temporal=False)
    assert count == 20
    found = list(reader.VideoFile(target).frames())
    for (_, actual), photo in zip(found, clip_maker.frames(20), strict=True):
        assert np.abs(actual + photo.astype(float) - 255).mean() < 8
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_cartoons_are_shown_as_they_come(film):
    shown = []

    def show(cartoon):
        shown.append(cartoon)
        return len(shown) < 5

    assert cameras.cartoonize_camera(invert, film, show=show) == 5
    assert len(shown) == 5
    off = np.abs(shown[0] + clip_maker.frames(1)[0].astype(float) - 255)
    assert off.mean() < 8


def test_ctrl_c_leaves_a_whole_video(film, tmp_path):
    calls = iter(range(100))

    def interrupted(picture):
        if next(calls) == 7:
            raise KeyboardInterrupt
        return 255 - picture

    target = tmp_path / "camera.mp4"
    assert cameras.cartoonize_camera(interrupted, film, target) == 7
    assert len(list(reader.VideoFile(target).frames())) == 7


def test_cartoons_of_a_camera_are_smoothed(film):
    def flicker(temporal):
        light, calls = [], iter(range(100))

        def show(cartoon):
            light.append(cartoon.mean())
            return True

        cameras.cartoonize_camera(
            lambda p: p // 2 + np.uint8(40 * (next(calls) % 2)),
            film,
            temporal=temporal,
            show=show,
        )
        return np.abs(np.diff(light)).mean()

    assert flicker(True) < 0.8 * flicker(False)


def test_a_camera_that_is_not_there_is_named(tmp_path):
    target = tmp_path / "camera.mp4"
    with pytest.raises(errors.InputError, match="camera:97 gives no picture"):
        cameras.cartoonize_camera(invert, 97, target)
    assert not target.exists()


def test_without_a_display_a_file_is_asked_for(film, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(errors.InputError, match="there is no display"):
        cameras.cartoonize_camera(invert, film)
