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

FORMATS = ["GIF", "PNG", "WEBP"]
TIMES = [50, 100, 20, 700, 40]
SHAPE = (30, 44, 3)


@pytest.fixture
def shown(random):
    """Frames of few colors; one repeats, others differ slightly."""
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


def written(shown, format, plays=0, has_alpha=False, **options):
    stream = io.BytesIO()
    timeline = frames.Timeline(len(shown), plays, has_alpha)
    animations.write_animation(
        stream, iter(shown), timeline, format=format, **options
    )
    return stream.getvalue()


def shown_by_pillow(data):
    """Yields RGBA pixels and durations in milliseconds."""
    with PIL.Image.open(io.BytesIO(data)) as image:
        for frame in PIL.ImageSequence.Iterator(image):
            frame.load()
            yield np.asarray(frame.convert("RGBA")), frame.info["duration"]


@pytest.mark.parametrize("format", FORMATS)
def test_frames_and_durations_round_trip(format, shown):
    data = written(shown, format, quality=100)
    if format == "WEBP":  # It merges identical consecutive frames.
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
@pytest.mark.parametrize("format", FORMATS)
def test_number_of_plays_is_kept(format, plays, shown):
    data = written(shown, format, plays)
    assert animations.Animation(data).timeline.plays == plays


def test_a_gif_of_few_colors_keeps_them_exactly(random):
    """They are not averaged, as palettes of many colors are."""
    colors = random.integers(0, 256, (200, 3), "uint8")
    pixels = colors[np.arange(30 * 44) % 200].reshape(SHAPE)
    data = written([frames.Frame(pixels, None, 100)] * 2, "GIF")
    (first, _), _ = shown_by_pillow(data)
    found = {tuple(color) for color in first[..., :3].reshape(-1, 3)}
    assert found <= {tuple(color) for color in colors}


def test_gif_loop_count_excludes_the_first_play(shown):
    with PIL.Image.open(io.BytesIO(written(shown, "GIF", 3))) as image:
        assert image.info["loop"] == 2
    with PIL.Image.open(io.BytesIO(written(shown, "GIF", 1))) as image:
        assert "loop" not in image.info


@pytest.mark.parametrize("format", FORMATS)
def test_transparency_is_kept_in_each_frame(format, shown):
    transparent = []
    for number, frame in enumerate(shown):
        alpha = np.full(SHAPE[:2], 255, np.uint8)
        alpha[number : number + 8, 3:20] = 0
        transparent.append(frame._replace(alpha=alpha))
    data = written(transparent, format, has_alpha=True, quality=100)
    for (pixels, _), frame in zip(
        shown_by_pillow(data), transparent, strict=True
    ):
        np.testing.assert_array_equal(pixels[..., 3], frame.alpha)
        visible = frame.alpha > 0
        np.testing.assert_array_equal(
            pixels[visible, :3], frame.pixels[visible]
        )
    for frame, expected in zip(
        animations.Animation(data).frames(), transparent, strict=True
    ):
        np.testing.assert_array_equal(frame.alpha, expected.alpha)


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_only_one_frame_may_be_transparent(format, shown):
    del shown[1]  # Identical to the next frame.
    alpha = np.linspace(0, 255, 30 * 44).reshape(SHAPE[:2]).astype(np.uint8)
    shown[2] = shown[2]._replace(alpha=alpha)
    data = written(shown, format, has_alpha=True, quality=100)
    pixels = [pixels for pixels, _ in shown_by_pillow(data)]
    np.testing.assert_array_equal(pixels[2][..., 3], alpha)
    assert (pixels[1][..., 3] == 255).all()


@pytest.mark.parametrize("disposal", [0, 1, 2, 3])
def test_partial_frames_are_composited(disposal):
    """Pixels outside a partial frame depend on the previous disposal."""
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


def test_the_default_image_is_not_a_frame(shown):
    # Pillow merges identical frames.
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


def test_static_areas_do_not_flicker_in_a_gif(random):
    """Many colors, so that there is dithering; half of each frame is static."""
    rows, columns = np.mgrid[:64, :90]
    static = np.stack([rows * 4, columns * 2, (rows + columns) * 1.6], -1)
    pictures = []
    for _ in range(4):
        picture = static.astype(np.uint8)
        picture[:, 45:] = random.integers(0, 256, (64, 45, 3))
        pictures.append(frames.Frame(picture, None, 100))
    shown = [p for p, _ in shown_by_pillow(written(pictures, "GIF"))]
    for pixels in shown[1:]:
        np.testing.assert_array_equal(pixels[:, :45], shown[0][:, :45])
    blurred = PIL.Image.fromarray(shown[0][..., :3]).reduce(8)
    expected = PIL.Image.fromarray(pictures[0].pixels).reduce(8)
    off = np.asarray(blurred, float) - np.asarray(expected)
    assert np.abs(off[:, :5]).mean() < 8


def test_rounded_delays_add_up(shown):
    smooth = [frame._replace(milliseconds=1000 / 60) for frame in shown * 12]
    times = [time for _, time in shown_by_pillow(written(smooth, "GIF"))]
    assert sum(times) == 1000
    assert set(times) == {10, 20}


@pytest.mark.parametrize("format", FORMATS)
def test_frames_are_streamed(format, shown):
    """A frame is released before the next one is requested."""
    sizes = []

    def generated():
        for number in range(40):
            pixels = np.full((400, 600, 3), number, np.uint8)
            sizes.append(pixels.nbytes)
            yield frames.Frame(pixels, None, 100)

    timeline = frames.Timeline(40, 0, False)
    tracemalloc.start()
    animations.write_animation(
        io.BytesIO(), generated(), timeline, format=format
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(sizes) == 40
    assert peak < sum(sizes) / 2


@pytest.mark.parametrize("format", FORMATS)
def test_too_few_frames_leave_no_file(format, shown, tmp_path):
    timeline = frames.Timeline(len(shown) + 1, 0, False)
    target = tmp_path / "cut"
    with pytest.raises(ValueError, match="Expected 6 frames, received 5"):
        animations.write_animation(target, iter(shown), timeline, format=format)
    assert not list(tmp_path.iterdir())


def test_a_truncated_file_is_reported(tmp_path):
    path = tmp_path / "cut.gif"
    corner_cases.animation()(path)
    path.write_bytes(path.read_bytes()[:-700])
    with pytest.raises(headers.UnreadableImage, match="damaged or truncated"):
        list(animations.Animation(path).frames())


def test_a_format_without_animation_is_rejected(shown):
    with pytest.raises(
        errors.InputError, match="JPEG does not support animation"
    ):
        written(shown, "JPEG")


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_the_profile_of_an_animation_is_kept(format):
    stream, profile = io.BytesIO(), corner_cases.srgb_profile()
    corner_cases.animation(format=format, icc_profile=profile)(stream)
    animation = animations.Animation(stream.getvalue())
    target = io.BytesIO()
    animations.write_animation(
        target,
        animation.frames(),
        animation.timeline,
        format=format,
        metadata=animation.metadata,
    )
    assert PIL.Image.open(target).info["icc_profile"] == profile
