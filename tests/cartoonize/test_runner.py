import errno
import io
import re
import sys

import clip_maker
import numpy as np
import PIL.Image
import pytest
import tensorflow as tf

from cartoongan_tf.cartoonize import inputs
from cartoongan_tf.cartoonize import outputs
from cartoongan_tf.cartoonize import runner
from cartoongan_tf.cartoonize import settings
from cartoongan_tf.images import formats
from cartoongan_tf.images import photo_io
from cartoongan_tf.video import reader


class Inverter:
    """Inverts pictures; counts the videos it was used for."""

    def __init__(self):
        self.videos = 0

    def __call__(self, picture):
        return 255 - picture

    def for_video(self):
        self.videos += 1
        return self.__call__


@pytest.fixture
def run(tmp_path):
    def run(names, output=None, *, format=None, model=None, **chosen):
        output = output or tmp_path / "out"
        found = inputs.find(list(map(str, names)), output=output)
        plan = outputs.plan(found.inputs, output, format=format)
        done = runner.run(
            model or Inverter(), plan.outputs, settings.Settings(**chosen)
        )
        return {str(outcome.output.input.relative): outcome for outcome in done}

    return run


def write(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    photo_io.write_photo(path, pixels, format=formats.by_suffix(path))
    return path


def read(path):
    return photo_io.read_photo(path).pixels


@pytest.fixture
def pixels(random):
    return random.integers(0, 256, (24, 36, 3), "uint8")


@pytest.fixture
def animation(pixels, tmp_path):
    images = [PIL.Image.fromarray(pixels), PIL.Image.fromarray(255 - pixels)]
    path = tmp_path / "in/moving.png"
    path.parent.mkdir(exist_ok=True)
    images[0].save(path, save_all=True, append_images=images[1:], duration=50)
    return path


def test_a_folder_of_all_media_types_is_processed(
    run, pixels, animation, tmp_path
):
    folder = animation.parent
    write(folder / "sub/photo.png", pixels)
    clip_maker.write_clip(folder / "video.mp4", clip_maker.frames(8))
    (folder / "broken.jpg").write_text("broken")
    model = Inverter()
    outcomes = run([folder], model=model)
    problems = {name for name, o in outcomes.items() if o.problem}
    assert problems == {"broken.jpg"}
    out = tmp_path / "out"
    np.testing.assert_array_equal(read(out / "sub/photo.png"), 255 - pixels)
    with PIL.Image.open(out / "moving.png") as picture:
        assert picture.n_frames == 2
    assert (out / "video.mp4").stat().st_size > 1000
    assert model.videos == 2


class Failing(Inverter):
    """Fails for pictures of one size."""

    def __init__(self, shape, error):
        super().__init__()
        self.shape, self.error = shape, error

    def __call__(self, picture):
        if picture.shape == self.shape:
            raise self.error
        return 255 - picture


@pytest.mark.parametrize(
    ("error", "pattern"),
    [
        (ZeroDivisionError("oops"), r"failed \(ZeroDivisionError: oops\)"),
        (PermissionError(13, "Permission denied"), "Permission denied"),
        (
            tf.errors.ResourceExhaustedError(None, None, "OOM"),
            r"out of memory \(OOM\); lower `tile`",
        ),
    ],
)
def test_errors_are_reported_and_the_others_continue(
    run, pixels, tmp_path, error, pattern
):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a", "c"):
        clip_maker.write_clip(folder / f"{name}.mp4", clip_maker.frames(8))
        write(folder / f"{name}.png", pixels)
    clip_maker.write_clip(folder / "b.mp4", clip_maker.frames(8, 32, 40))
    write(folder / "b.png", pixels[:20])
    for shape, failed in [((32, 40, 3), "b.mp4"), ((20, 36, 3), "b.png")]:
        out = tmp_path / f"without-{failed[-3:]}"
        outcomes = run([folder], out, model=Failing(shape, error))
        assert {n for n, o in outcomes.items() if o.problem} == {failed}
        assert re.search(pattern, outcomes[failed].problem)
        names = {"a.mp4", "a.png", "b.mp4", "b.png", "c.mp4", "c.png"}
        assert {path.name for path in out.iterdir()} == names - {failed}


def test_a_full_disk_ends_the_run(run, pixels, tmp_path):
    for name in ("a", "b"):
        write(tmp_path / f"in/{name}.png", pixels)
    model = Failing(pixels.shape, OSError(errno.ENOSPC, "No space left"))
    with pytest.raises(OSError, match="No space left"):
        run([tmp_path / "in"], model=model)


def test_pictures_come_first(run, pixels, animation, tmp_path):
    photo = write(animation.parent / "photo.png", pixels)
    outcomes = run([animation, photo])
    assert list(outcomes) == ["photo.png", "moving.png"]


def test_temporal_smoothing_may_be_off(run, tmp_path):
    video = tmp_path / "video.mp4"
    clip_maker.write_clip(video, clip_maker.frames(8))
    model = Inverter()
    outcomes = run([video], model=model, temporal=False)
    assert outcomes["video.mp4"].problem is None
    assert model.videos == 0


def test_frames_may_be_computed_in_batches(run, tmp_path):
    clip_maker.write_clip(tmp_path / "video.mp4", clip_maker.frames(8))

    class Counter(Inverter):
        def __call__(self, picture):
            shapes.append(picture.shape)
            return 255 - picture

    shapes = []
    run([tmp_path / "video.mp4"], model=Counter(), batch=3, temporal=False)
    assert [shape[0] for shape in shapes] == [3, 3, 2]


def test_videos_may_be_reduced_and_compared(run, tmp_path):
    frames = clip_maker.frames(8)
    height, width, _ = frames[0].shape
    clip_maker.write_clip(tmp_path / "video.mp4", frames)
    run([tmp_path / "video.mp4"], max_side=width // 2, compare=True, crf=5)
    video = reader.VideoFile(tmp_path / "out/video.mp4")
    made = [picture for _, picture in video.frames()]
    assert made[0].shape == (height // 2, width, 3)
    photo, cartoon = made[3][:, : width // 2], made[3][:, width // 2 :]
    assert np.abs(photo.astype(int) + cartoon - 255).mean() < 10


@pytest.mark.parametrize("suffix", ["gif", "png"])
def test_an_animation_may_become_a_video(run, tmp_path, suffix):
    shades = [
        PIL.Image.new("RGB", (36, 24), (shade,) * 3) for shade in (0, 128, 255)
    ]
    shades[0].save(
        tmp_path / f"moving.{suffix}",
        save_all=True,
        append_images=shades[1:],
        duration=[100, 300, 100],
    )
    outcomes = run(
        [tmp_path / f"moving.{suffix}"], format="mp4", temporal=False, crf=5
    )
    assert outcomes[f"moving.{suffix}"].problem is None
    video = reader.VideoFile(tmp_path / "out/moving.mp4")
    means = [picture.mean() for _, picture in video.frames()]
    np.testing.assert_allclose(means, [255, 127, 0], atol=3)


def test_an_animated_webp_cannot_become_a_video(run, tmp_path):
    shades = [PIL.Image.new("L", (36, 24), shade) for shade in (0, 255)]
    shades[0].save(
        tmp_path / "moving.webp", save_all=True, append_images=shades[1:]
    )
    outcomes = run([tmp_path / "moving.webp"], tmp_path / "moving.mp4")
    problem = outcomes["moving.webp"].problem
    assert problem.startswith("moving.webp is an animated WebP")


def test_standard_output_gets_a_picture(run, pixels, tmp_path, monkeypatch):
    photo = write(tmp_path / "photo.png", pixels)
    stream = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(stream))
    run([photo], "-", format="bmp")
    np.testing.assert_array_equal(
        photo_io.read_photo(stream.getvalue()).pixels, 255 - pixels
    )


def test_a_video_cannot_be_piped(run, tmp_path):
    video = clip_maker.write_clip(tmp_path / "video.mp4", clip_maker.frames(3))
    outcomes = run([video], "-")
    assert "cannot be piped" in outcomes["video.mp4"].problem


def test_a_missing_camera_is_reported(run, tmp_path):
    outcomes = run(["camera:97"], tmp_path / "camera.mp4")
    assert "camera:97 returns no picture" in outcomes["camera-97"].problem


def test_a_jpeg_without_its_end_marker_gets_a_note(run, pixels, tmp_path):
    data = write(tmp_path / "photo.jpg", pixels).read_bytes()
    (tmp_path / "photo.jpg").write_bytes(data[:-2])
    (outcome,) = run([tmp_path / "photo.jpg"]).values()
    assert outcome.problem is None
    (note,) = outcome.notes
    assert note.startswith("photo.jpg lacks its end marker")
    assert read(tmp_path / "out/photo.jpg").shape == pixels.shape
