import io
import tracemalloc

import corner_cases
import numpy as np
import PIL.Image
import PIL.ImageSequence
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.images import animations
from cartoongan_tf.images import frames
from cartoongan_tf.images import headers

KINDS = ["GIF", "PNG", "WEBP"]
TIMES = [50, 100, 20, 700, 40]
SHAPE = (30, 44, 3)


@pytest.fixture
def shown(random):
    """Frames of few colors: one that repeats, and ones that differ little."""
    first = random.choice([0, 90, 180, 250], (*SHAPE[:2], 1)) * [1, 1, 0]
    first = first.astype(np.uint8)
    second = first.copy()
    second[5:9, 10:30] = [0, 90, 255]
    third = second.copy()
    third[0, 0] = third[-1, -1] = [10, 20, 30]
    pixels = [first, second, second, third, first]
    return [
        frames.Frame(picture, None, time)
        for picture, time in zip(pixels, TIMES, strict=True)
    ]


def written(shown, kind, plays=0, has_alpha=False, **options):
    stream = io.BytesIO()
    timeline = frames.Timeline(len(shown), plays, has_alpha)
    animations.write_animation(
        stream, iter(shown), timeline, format=kind, **options
    )
    return stream.getvalue()


def shown_by_pillow(data):
    """What a viewer shows: RGBA, and how long."""
    with PIL.Image.open(io.BytesIO(data)) as image:
        for frame in PIL.ImageSequence.Iterator(image):
            frame.load()
            yield np.asarray(frame.convert("RGBA")), frame.info["duration"]


@pytest.mark.parametrize("kind", KINDS)
def test_all_frames_come_back_with_their_times(kind, shown):
    data = written(shown, kind, quality=100)
    if kind == "WEBP":  # There, the same frame twice becomes a longer one.
        shown[1:3] = [shown[1]._replace(milliseconds=sum(TIMES[1:3]))]
    times = [frame.milliseconds for frame in shown]
    found = list(shown_by_pillow(data))
    assert [time for _, time in found] == times
    for (pixels, _), frame in zip(found, shown, strict=True):
        np.testing.assert_array_equal(pixels[..., :3], frame.pixels)
        assert (pixels[..., 3] == 255).all()
    read = list(animations.Animation(data).frames())
    assert [frame.milliseconds for frame in read] == times
    for frame, expected in zip(read, shown, strict=True):
        np.testing.assert_array_equal(frame.pixels, expected.pixels)


@pytest.mark.parametrize("plays", [0, 1, 2, 7])
@pytest.mark.parametrize("kind", KINDS)
def test_an_animation_is_played_as_often_as_before(kind, plays, shown):
    data = written(shown, kind, plays)
    assert animations.Animation(data).timeline.plays == plays


def test_a_gif_of_few_colors_has_just_these(random):
    """Not the means that a palette is made of where there are many."""
    colors = random.integers(0, 256, (200, 3), "uint8")
    pixels = colors[np.arange(30 * 44) % 200].reshape(SHAPE)
    data = written([frames.Frame(pixels, None, 100)] * 2, "GIF")
    (first, _), _ = shown_by_pillow(data)
    found = {tuple(color) for color in first[..., :3].reshape(-1, 3)}
    assert found <= {tuple(color) for color in colors}


def test_a_gif_counts_how_often_it_begins_anew(shown):
    with PIL.Image.open(io.BytesIO(written(shown, "GIF", 3))) as image:
        assert image.info["loop"] == 2
    with PIL.Image.open(io.BytesIO(written(shown, "GIF", 1))) as image:
        assert "loop" not in image.info


@pytest.mark.parametrize("kind", KINDS)
def test_holes_stay_where_they_are_in_each_frame(kind, shown):
    pierced = []
    for number, frame in enumerate(shown):
        alpha = np.full(SHAPE[:2], 255, np.uint8)
        alpha[number : number + 8, 3:20] = 0
        pierced.append(frame._replace(alpha=alpha))
    data = written(pierced, kind, has_alpha=True, quality=100)
    for (pixels, _), frame in zip(shown_by_pillow(data), pierced, strict=True):
        np.testing.assert_array_equal(pixels[..., 3], frame.alpha)
        seen = frame.alpha > 0
        np.testing.assert_array_equal(pixels[seen, :3], frame.pixels[seen])
    for frame, expected in zip(
        animations.Animation(data).frames(), pierced, strict=True
    ):
        np.testing.assert_array_equal(frame.alpha, expected.alpha)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_single_frame_with_a_hole_needs_no_hole_in_others(kind, shown):
    del shown[1]  # The same as the next; see above.
    alpha = np.linspace(0, 255, 30 * 44).reshape(SHAPE[:2]).astype(np.uint8)
    shown[2] = shown[2]._replace(alpha=alpha)
    data = written(shown, kind, has_alpha=True, quality=100)
    pixels = [pixels for pixels, _ in shown_by_pillow(data)]
    np.testing.assert_array_equal(pixels[2][..., 3], alpha)
    assert (pixels[1][..., 3] == 255).all()


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
def test_patches_become_whole_frames(disposal):
    """Of a small frame the rest is what its neighbor's disposal leaves."""
    blocks = [PIL.Image.new("RGBA", (40, 30), "red")]
    for left in (0, 12, 24):
        block = PIL.Image.new("RGBA", (40, 30), (0, 0, 0, 0))
        block.paste((0, 0, 255, 255), (left, 4, left + 10, 20))
        blocks.append(block)
    stream = io.BytesIO()
    blocks[0].save(
        stream,
        "GIF",
        save_all=True,
        append_images=blocks[1:],
        disposal=disposal,
        duration=100,
    )
    read = list(animations.Animation(stream.getvalue()).frames())
    for frame, (pixels, _) in zip(
        read, shown_by_pillow(stream.getvalue()), strict=True
    ):
        alpha = np.full((30, 40), 255) if frame.alpha is None else frame.alpha
        np.testing.assert_array_equal(alpha, pixels[..., 3])
        seen = alpha > 0
        np.testing.assert_array_equal(frame.pixels[seen], pixels[seen, :3])


def test_the_picture_for_those_who_show_one_is_not_a_frame(shown):
    # Pillow writes frames that are the same only once.
    images = [
        PIL.Image.fromarray(frame.pixels + n) for n, frame in enumerate(shown)
    ]
    stream = io.BytesIO()
    PIL.Image.new("RGB", images[0].size, "red").save(
        stream,
        "PNG",
        save_all=True,
        append_images=images,
        default_image=True,
        duration=TIMES,
    )
    read = list(animations.Animation(stream.getvalue()).frames())
    assert len(read) == len(shown)
    np.testing.assert_array_equal(read[0].pixels, shown[0].pixels)


def test_still_areas_do_not_crawl_in_a_gif(random):
    """Many colors, so that there is grain; half of each frame stays."""
    rows, columns = np.mgrid[:64, :90]
    still = np.stack([rows * 4, columns * 2, (rows + columns) * 1.6], -1)
    pictures = []
    for _ in range(4):
        picture = still.astype(np.uint8)
        picture[:, 45:] = random.integers(0, 256, (64, 45, 3))
        pictures.append(frames.Frame(picture, None, 100))
    shown = [p for p, _ in shown_by_pillow(written(pictures, "GIF"))]
    for pixels in shown[1:]:
        np.testing.assert_array_equal(pixels[:, :45], shown[0][:, :45])
    blurred = PIL.Image.fromarray(shown[0][..., :3]).reduce(8)
    expected = PIL.Image.fromarray(pictures[0].pixels).reduce(8)
    off = np.asarray(blurred, float) - np.asarray(expected)
    assert np.abs(off[:, :5]).mean() < 8


def test_hundredths_of_a_second_add_up(shown):
    smooth = [frame._replace(milliseconds=1000 / 60) for frame in shown * 12]
    times = [time for _, time in shown_by_pillow(written(smooth, "GIF"))]
    assert sum(times) == 1000
    assert set(times) == {10, 20}


@pytest.mark.parametrize("kind", KINDS)
def test_frames_are_taken_one_by_one(kind, shown):
    """None is asked for before the one ahead of it was let go of."""
    alive = []

    def counted():
        for number in range(40):
            pixels = np.full((400, 600, 3), number, np.uint8)
            alive.append(pixels.nbytes)
            yield frames.Frame(pixels, None, 100)

    timeline = frames.Timeline(40, 0, False)
    tracemalloc.start()
    animations.write_animation(io.BytesIO(), counted(), timeline, format=kind)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(alive) == 40
    assert peak < sum(alive) / 2


@pytest.mark.parametrize("kind", KINDS)
def test_too_few_frames_leave_no_file(kind, shown, tmp_path):
    timeline = frames.Timeline(len(shown) + 1, 0, False)
    target = tmp_path / "cut"
    with pytest.raises(ValueError, match="must be 6 frames, not 5"):
        animations.write_animation(target, iter(shown), timeline, format=kind)
    assert not list(tmp_path.iterdir())


def test_a_file_that_breaks_off_is_reported(tmp_path):
    path = tmp_path / "cut.gif"
    corner_cases.animation()(path)
    path.write_bytes(path.read_bytes()[:-700])
    with pytest.raises(headers.UnreadableImage, match="damaged or breaks off"):
        list(animations.Animation(path).frames())


def test_a_format_without_animations_is_refused(shown):
    with pytest.raises(errors.InputError, match="JPEG holds no animations"):
        written(shown, "JPEG")


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_the_profile_of_an_animation_is_kept(kind):
    stream, profile = io.BytesIO(), corner_cases.srgb_profile()
    corner_cases.animation(format=kind, icc_profile=profile)(stream)
    animation = animations.Animation(stream.getvalue())
    target = io.BytesIO()
    animations.write_animation(
        target,
        animation.frames(),
        animation.timeline,
        format=kind,
        metadata=animation.metadata,
    )
    assert PIL.Image.open(target).info["icc_profile"] == profile
