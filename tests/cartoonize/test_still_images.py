import contextlib
import io

import numpy as np
import PIL.Image
import pytest

from cartoongan_tf.cartoonize import settings
from cartoongan_tf.cartoonize import still_images
from cartoongan_tf.images import animations
from cartoongan_tf.images import headers
from cartoongan_tf.images import photo_io
from cartoongan_tf.images import pictures


def invert(picture):
    return 255 - picture


@pytest.fixture
def pixels(random):
    return random.integers(0, 256, (24, 36, 3), "uint8")


@pytest.fixture
def cartoonized(pixels, tmp_path):
    """Cartoonizes a picture with some settings."""

    def run(alpha=None, **chosen):
        source, target = tmp_path / "photo.png", tmp_path / "cartoon.png"
        photo_io.write_photo(source, pixels, format="PNG", alpha=alpha)
        still_images.cartoonize_picture(
            invert,
            source,
            target,
            settings.Settings(**chosen),
            format="PNG",
            compute_lock=contextlib.nullcontext(),
        )
        return photo_io.read_photo(target)

    return run


def test_a_cartoon_has_the_size_of_its_photo(cartoonized, pixels):
    np.testing.assert_array_equal(cartoonized().pixels, 255 - pixels)


def test_alpha_is_kept(cartoonized, random):
    alpha = random.integers(1, 256, (24, 36), "uint8")
    np.testing.assert_array_equal(cartoonized(alpha).alpha, alpha)


def test_max_side_reduces_large_pictures(cartoonized, random):
    alpha = random.integers(1, 256, (24, 36), "uint8")
    cartoon = cartoonized(alpha, max_side=18)
    assert cartoon.pixels.shape == (12, 18, 3)
    assert cartoon.alpha.shape == (12, 18)
    assert cartoonized(max_side=36).pixels.shape == (24, 36, 3)


def test_reduction_averages_pixels(pixels):
    half = still_images.limit_side(pixels, 18)
    expected = pixels.reshape(12, 2, 18, 2, 3).mean(axis=(1, 3))
    assert np.abs(half - expected).max() <= 1


def test_reduction_keeps_at_least_one_row():
    strip = np.zeros((2, 900, 3), "uint8")
    assert still_images.limit_side(strip, 100).shape == (1, 100, 3)


def test_compare_puts_the_photo_beside_its_cartoon(cartoonized, pixels, random):
    alpha = random.integers(128, 256, (24, 36), "uint8")
    both = cartoonized(alpha, compare=True)
    np.testing.assert_array_equal(both.pixels[:, 36:], 255 - pixels)
    np.testing.assert_array_equal(both.pixels[:, :36], pixels)
    np.testing.assert_array_equal(both.alpha[:, 36:], alpha)


def test_too_many_pixels_are_rejected(cartoonized):
    with pytest.raises(headers.UnreadableImage, match="24"):
        cartoonized(max_pixels=500)


def test_metadata_are_kept_unless_stripped(pixels, tmp_path):
    source = tmp_path / "photo.jpg"
    exif = PIL.Image.Exif()
    exif[0x010F] = "A camera"
    PIL.Image.fromarray(pixels).save(source, exif=exif)
    for strip, maker in ((False, "A camera"), (True, None)):
        target = tmp_path / f"{strip}.jpg"
        still_images.cartoonize_picture(
            invert,
            source,
            target,
            settings.Settings(strip_metadata=strip),
            format="JPEG",
            compute_lock=contextlib.nullcontext(),
        )
        with PIL.Image.open(target) as picture:
            assert picture.getexif().get(0x010F) == maker


def test_quality_affects_the_size(pixels, tmp_path):
    sizes = []
    pictures.write_png(tmp_path / "photo.png", pixels)
    for quality in (20, 95):
        stream = io.BytesIO()
        still_images.cartoonize_picture(
            invert,
            tmp_path / "photo.png",
            stream,
            settings.Settings(quality=quality),
            format="JPEG",
            compute_lock=contextlib.nullcontext(),
        )
        sizes.append(len(stream.getvalue()))
    assert sizes[0] < sizes[1] / 2


def test_the_lock_is_held_while_a_cartoon_is_computed(pixels, tmp_path):
    events = []

    class Lock:
        def __enter__(self):
            events.append("in")

        def __exit__(self, *_):
            events.append("out")

    def cartoonize(picture):
        events.append("computed")
        return picture

    pictures.write_png(tmp_path / "photo.png", pixels)
    still_images.cartoonize_picture(
        cartoonize,
        tmp_path / "photo.png",
        tmp_path / "out.png",
        settings.Settings(),
        format="PNG",
        compute_lock=Lock(),
    )
    assert events == ["in", "computed", "out"]


@pytest.mark.parametrize("is_huge", [False, True])
def test_huge_pictures_are_not_read_ahead(
    pixels, tmp_path, monkeypatch, is_huge
):
    monkeypatch.setattr(
        still_images, "_EXCLUSIVE_MIN_PIXELS", 24 * 36 - is_huge
    )
    pictures.write_png(tmp_path / "photo.png", pixels)

    class Lock:
        def __enter__(self):
            (tmp_path / "photo.png").unlink()

        def __exit__(self, *_):
            pass

    def run():
        still_images.cartoonize_picture(
            invert,
            tmp_path / "photo.png",
            tmp_path / "out.png",
            settings.Settings(),
            format="PNG",
            compute_lock=Lock(),
        )

    if is_huge:
        with pytest.raises(headers.UnreadableImage, match="does not exist"):
            run()
    else:
        run()


@pytest.fixture
def animation(pixels, tmp_path):
    """Three frames: a picture, a slightly brighter one, and another."""
    frames = [pixels // 2, pixels // 2 + 3, 255 - pixels // 2]
    images = [PIL.Image.fromarray(frame) for frame in frames]
    path = tmp_path / "frames.png"
    images[0].save(
        path, save_all=True, append_images=images[1:], duration=[40, 70, 90]
    )
    return path, frames


def run_animation(path, tmp_path, **chosen):
    target = tmp_path / "cartoon.png"
    still_images.cartoonize_animation(
        invert, path, target, settings.Settings(**chosen), format="PNG"
    )
    return list(animations.Animation(target).frames())


def test_an_animation_is_cartoonized_frame_by_frame(animation, tmp_path):
    path, frames = animation
    made = run_animation(path, tmp_path, temporal=False)
    assert [frame.milliseconds for frame in made] == [40, 70, 90]
    for frame, photo in zip(made, frames, strict=True):
        np.testing.assert_array_equal(frame.pixels, 255 - photo)


def test_animations_are_smoothed_between_cuts(animation, tmp_path):
    path, frames = animation
    first, second, third = run_animation(path, tmp_path)
    # Without motion, the second frame stays close to the first.
    change = np.abs(second.pixels.astype(int) - first.pixels).mean()
    assert 0 < change < 2.5
    np.testing.assert_array_equal(third.pixels, 255 - frames[2])


def test_animations_may_be_reduced_and_compared(animation, tmp_path):
    path, _ = animation
    made = run_animation(path, tmp_path, max_side=18, compare=True)
    assert [frame.pixels.shape for frame in made] == [(12, 36, 3)] * 3
