import io
import os
import resource
import sys

import corner_cases
import cv2
import numpy as np
import picture_maker
import PIL.Image
import PIL.ImageCms
import PIL.PngImagePlugin
import pytest
import skimage.data

from cartoongan_tf.core import errors
from cartoongan_tf.images import formats
from cartoongan_tf.images import headers
from cartoongan_tf.images import metadata
from cartoongan_tf.images import photo_io
from cartoongan_tf.images import pictures

OPAQUE = [
    name
    for name in picture_maker.LOSSLESS
    if "alpha" not in name and "hole" not in name
]
LOSSLESS = {"PNG": None, "TIFF": None, "BMP": None, "WEBP": 100}


@pytest.fixture
def photo():
    return PIL.Image.fromarray(skimage.data.chelsea()).crop((90, 60, 250, 170))


@pytest.mark.parametrize("name", [*OPAQUE, *picture_maker.JPEGS])
def test_opaque_pictures_have_the_same_pixels_as_in_training(
    name, photo, tmp_path
):
    path = tmp_path / name
    if name in OPAQUE:
        picture_maker.LOSSLESS[name](photo, path)
    else:
        photo.save(path, **picture_maker.JPEGS[name])
    read = photo_io.read_photo(path)
    assert read.pixels.dtype == np.uint8
    np.testing.assert_array_equal(read.pixels, pictures.read_picture(path))


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("suffix", [".png", ".tiff"])
def test_16_bits_are_truncated_to_the_upper_8(channels, suffix, tmp_path):
    path = tmp_path / f"deep{suffix}"
    corner_cases.deep(channels)(path)
    ramp = np.linspace(0, 65535, corner_cases.WIDTH * corner_cases.HEIGHT)
    expected = ramp.astype(np.uint16).reshape(corner_cases.TURNED) >> 8
    read = photo_io.read_photo(path)
    for channel in range(3):
        np.testing.assert_array_equal(read.pixels[..., channel], expected)


@pytest.mark.shared
def test_real_photos_have_the_same_pixels_as_in_training(shared):
    paths = [p for p in sorted((shared / "photos").rglob("*.jpg"))][:5]
    assert paths
    for path in paths:
        read = photo_io.read_photo(path).pixels
        np.testing.assert_array_equal(read, pictures.read_picture(path))


def test_strips_join_without_seams(photo, tmp_path, monkeypatch):
    """Uses small strips: test pictures would otherwise fit into one."""
    photo.save(tmp_path / "photo.png")
    monkeypatch.setattr(
        "cartoongan_tf.images.color_modes._PIXELS_PER_STRIP", 1000
    )
    read = photo_io.read_photo(tmp_path / "photo.png")
    np.testing.assert_array_equal(read.pixels, np.asarray(photo))


@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP"])
def test_alpha_is_kept_exactly(format, tmp_path):
    source = tmp_path / "alpha.png"
    corner_cases.with_alpha().save(source)
    photo = photo_io.read_photo(source)
    target = tmp_path / "cartoon"
    photo_io.write_photo(
        target, 255 - photo.pixels, alpha=photo.alpha, format=format
    )
    with PIL.Image.open(target) as image:
        alpha = np.asarray(image.getchannel("A"))
    expected = np.asarray(corner_cases.with_alpha().getchannel("A"))
    np.testing.assert_array_equal(alpha, expected)


def test_transparent_16_bit_gray_is_kept(tmp_path):
    deep = PIL.Image.fromarray(np.array([[7, 8, 7], [9, 7, 8]], np.uint16))
    deep.save(tmp_path / "hole.png", transparency=7)
    read = photo_io.read_photo(tmp_path / "hole.png")
    assert (read.alpha == [[0, 255, 0], [255, 0, 255]]).all()


@pytest.mark.parametrize("format", ["BMP", "JPEG"])
def test_formats_without_alpha_are_composited_on_white(format, tmp_path):
    image = corner_cases.with_alpha()
    photo_io.write_photo(
        tmp_path / "flat",
        np.asarray(image.convert("RGB")),
        alpha=np.asarray(image.getchannel("A")),
        format=format,
        quality=100,
    )
    flat = np.asarray(PIL.Image.open(tmp_path / "flat"), float)
    assert np.abs(flat - picture_maker.on_white(image)).mean() < 1


@pytest.mark.parametrize("format", LOSSLESS)
def test_lossless_formats_round_trip(format, photo, tmp_path):
    pixels = np.asarray(photo)
    photo_io.write_photo(
        tmp_path / "it", pixels, format=format, quality=LOSSLESS[format]
    )
    with PIL.Image.open(tmp_path / "it") as image:
        assert image.format == format
        np.testing.assert_array_equal(np.asarray(image), pixels)


@pytest.mark.parametrize("format", formats.FORMATS)
def test_a_stream_gets_the_same_bytes_as_a_file(format, photo, tmp_path):
    pixels = np.asarray(photo)
    path = tmp_path / f"it{formats.FORMATS[format].suffixes[0]}"
    photo_io.write_photo(path, pixels, format=format)

    class OneWay(io.RawIOBase):
        """A stream without seeking, such as a pipe."""

        data = b""

        def write(self, data):
            self.data += bytes(data)
            return len(data)

    stream = OneWay()
    photo_io.write_photo(stream, pixels, format=format)
    assert stream.data == path.read_bytes()
    read = photo_io.read_photo(stream.data)
    assert (read.format, read.pixels.shape) == (format, pixels.shape)


@pytest.mark.parametrize("format", ["AVIF", "JPEG", "WEBP"])
def test_higher_quality_takes_more_bytes(format, photo):
    sizes = []
    for quality in (20, 60, 95):
        stream = io.BytesIO()
        photo_io.write_photo(
            stream, np.asarray(photo), format=format, quality=quality
        )
        sizes.append(stream.tell())
    assert sizes == sorted(set(sizes))


def test_chroma_of_a_jpeg_is_not_subsampled(photo):
    stream = io.BytesIO()
    photo_io.write_photo(stream, np.asarray(photo), format="JPEG")
    with PIL.Image.open(stream) as image:
        assert [layer[1:3] for layer in image.layer] == [(1, 1)] * 3


def test_cmyk_is_converted_with_its_profile(tmp_path):
    cmyk, profile = (
        corner_cases.photo(mode="CMYK"),
        io.BytesIO(corner_cases.cmyk_profile()),
    )
    cmyk.save(tmp_path / "cmyk.tiff", icc_profile=profile.getvalue())
    read = photo_io.read_photo(tmp_path / "cmyk.tiff")
    expected = PIL.ImageCms.profileToProfile(
        cmyk,
        profile,
        PIL.ImageCms.createProfile("sRGB"),
        PIL.ImageCms.Intent.RELATIVE_COLORIMETRIC,
        "RGB",
        flags=PIL.ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    np.testing.assert_array_equal(read.pixels, np.asarray(expected))
    assert np.abs(np.asarray(cmyk.convert("RGB")) - read.pixels).max() > 30
    assert read.metadata.profile is None


def test_an_rgb_profile_of_a_cmyk_picture_is_ignored(tmp_path):
    cmyk = corner_cases.photo(mode="CMYK")
    profile = corner_cases.srgb_profile()
    cmyk.save(tmp_path / "cmyk.tiff", icc_profile=profile)
    read = photo_io.read_photo(tmp_path / "cmyk.tiff")
    np.testing.assert_array_equal(read.pixels, np.asarray(cmyk.convert("RGB")))
    assert read.metadata.profile is None


@pytest.mark.parametrize("gamma", [1.0, 1.8])
@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_grayscale_is_converted_with_its_profile(mode, gamma, tmp_path):
    ramp = np.tile(np.arange(256, dtype=np.uint8), (16, 1))
    if mode == "I;16":
        image = PIL.Image.fromarray(ramp * np.uint16(257))
    else:
        image = PIL.Image.fromarray(ramp).convert(mode)
    chunks = PIL.PngImagePlugin.PngInfo()
    chunks.add(b"gAMA", round(100_000 / gamma).to_bytes(4, "big"))
    profile = corner_cases.gamma_profile(gamma)
    path = tmp_path / "gray.png"
    image.save(path, icc_profile=profile, pnginfo=chunks)
    light = (np.arange(256) / 255) ** gamma
    expected = np.where(
        light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055
    )
    photo = photo_io.read_photo(path)
    off = photo.pixels - 255 * expected[None, :, None]
    assert np.abs(off).max() < 2
    assert photo.metadata == metadata.ImageMetadata()


@pytest.mark.parametrize("order", ["<", ">"])
def test_planar_16_bit_tiffs_are_read(order, random):
    pixels = random.integers(0, 2**16, (20, 30, 3), "uint16")
    data = corner_cases.deep_tiff(np.moveaxis(pixels, -1, 0), 2, order)
    read = photo_io.read_photo(data)
    np.testing.assert_array_equal(read.pixels, pixels >> 8)


def test_16_bit_tiffs_with_white_as_zero_are_read(random):
    pixels = random.integers(0, 2**16, (20, 30), "uint16")
    read = photo_io.read_photo(corner_cases.deep_tiff([~pixels], 0))
    np.testing.assert_array_equal(read.pixels[..., 0], pixels >> 8)


def test_lab_is_converted_to_rgb(tmp_path):
    photo = corner_cases.photo()
    to_lab = PIL.ImageCms.buildTransform(
        PIL.ImageCms.createProfile("sRGB"),
        PIL.ImageCms.createProfile("LAB"),
        "RGB",
        "LAB",
    )
    lab = PIL.ImageCms.applyTransform(photo, to_lab)
    lab.save(tmp_path / "lab.tiff")
    read = photo_io.read_photo(tmp_path / "lab.tiff").pixels
    off = read.astype(int) - np.asarray(photo)
    assert np.abs(off).mean() < 2


def test_a_still_gif_keeps_transparency(tmp_path):
    colors = np.full((20, 30, 3), [250, 100, 7], np.uint8)
    alpha = np.zeros((20, 30), np.uint8)
    alpha[3:9, 4:12] = 200
    photo_io.write_photo(tmp_path / "a.gif", colors, format="GIF", alpha=alpha)
    read = photo_io.read_photo(tmp_path / "a.gif")
    np.testing.assert_array_equal(read.alpha, np.where(alpha > 0, 255, 0))
    np.testing.assert_array_equal(read.pixels, colors)


def test_only_the_first_of_several_pages_is_read(photo, tmp_path):
    path = tmp_path / "pages.tiff"
    photo.save(path, save_all=True, append_images=[photo.rotate(180)])
    read = photo_io.read_photo(path)
    np.testing.assert_array_equal(read.pixels, np.asarray(photo))


def write_half(target):
    with photo_io.open_output(target) as file:
        file.write(b"half")
        raise OSError("encoder failed")


def test_a_failed_write_leaves_the_old_file(photo, tmp_path):
    target = tmp_path / "cartoon.png"
    target.write_text("old")
    with pytest.raises(ValueError, match="`alpha` must be of shape"):
        photo_io.write_photo(
            target,
            np.asarray(photo),
            format="PNG",
            alpha=np.zeros((3, 4), np.uint8),
        )
    with pytest.raises(errors.InputError, match="encoder failed"):
        write_half(target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_an_unwritable_path_is_named_in_the_error(photo, tmp_path):
    (tmp_path / "file").touch()
    for place in ("file/cartoon.png", f"{'long' * 70}.png"):
        with pytest.raises(errors.InputError, match="cannot be written"):
            photo_io.write_photo(
                tmp_path / place, np.asarray(photo), format="PNG"
            )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_reported(photo, tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(errors.InputError, match="Permission denied"):
        photo_io.write_photo(
            tmp_path / "a.png", np.asarray(photo), format="PNG"
        )


def test_a_full_disk_is_not_an_input_error(photo):
    pixels = np.asarray(photo)
    with open("/dev/full", "wb", buffering=0) as full:
        with pytest.raises(OSError, match="No space") as caught:
            photo_io.write_photo(full, pixels, format="PNG")
    assert errors.is_out_of_space(caught.value)


def test_a_disk_that_fills_up_leaves_no_file(photo, tmp_path):
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limit[1]))
    try:
        with pytest.raises(OSError, match="too large") as caught:
            photo_io.write_photo(
                tmp_path / "a.png", np.asarray(photo), format="PNG"
            )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert errors.is_out_of_space(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_picture_too_large_for_its_format_is_rejected(photo):
    ribbon = np.zeros((2, 16_384, 3), np.uint8)
    with pytest.raises(
        errors.InputError, match="limit of 16383 pixels per side"
    ):
        photo_io.write_photo(io.BytesIO(), ribbon, format="WEBP")


def test_the_pixel_limit_is_checked_before_decoding(photo, tmp_path):
    path = tmp_path / "photo.png"
    photo.save(path)
    pixels = photo.width * photo.height
    photo_io.read_photo(path, max_pixels=pixels)
    path.write_bytes(path.read_bytes()[:100])  # Decoding would fail.
    with pytest.raises(headers.UnreadableImage, match="160 x 110 pixels"):
        photo_io.read_photo(path, max_pixels=pixels - 1)


def test_a_named_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(headers.UnreadableImage, match="not a regular file"):
        photo_io.read_photo(tmp_path / "pipe.jpg")


def test_invalid_bytes_are_reported_as_standard_input(photo):
    for data, reason in (
        (b"", "is empty"),
        (b"no picture", "is not a picture"),
    ):
        with pytest.raises(
            headers.UnreadableImage, match="standard input " + reason
        ):
            photo_io.read_photo(data)


def test_hidden_colors_are_filled(tmp_path):
    image = PIL.Image.new("RGBA", (40, 30), (200, 100, 50, 255))
    image.paste((0, 255, 0, 0), (20, 0, 40, 30))
    image.save(tmp_path / "half.png")
    read = photo_io.read_photo(tmp_path / "half.png")
    assert (read.pixels == [200, 100, 50]).all()
    assert (read.alpha[:, 20:] == 0).all()


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("format", ["AVIF", "GIF", "JPEG", "PNG", "WEBP"])
def test_a_corrupt_file_is_read_or_rejected(format, random):
    intact = corner_cases.encoded(corner_cases.photo(), format)
    rejected = 0
    for _ in range(60):
        broken = bytearray(intact)
        for at in random.integers(0, len(broken), 3):
            broken[at] = random.integers(0, 256)
        del broken[random.integers(len(broken) // 2, 2 * len(broken)) :]
        try:
            photo_io.read_photo(bytes(broken), max_pixels=10**6)
        except headers.UnreadableImage:
            rejected += 1
    assert rejected


MEASURE = """
import resource, sys
from cartoongan_tf.images import photo_io
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before = peak()
photo = photo_io.read_photo(sys.argv[1])
pixels, metadata, format = photo.pixels, photo.metadata, photo.format
del photo
photo_io.write_photo(
    sys.argv[1] + sys.argv[2], pixels, format=format, metadata=metadata
)
height, width, _ = pixels.shape
print((peak() - before) / (height * width))
"""


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_peak_memory_is_below_nine_bytes_per_pixel(
    suffix, tmp_path, run_command
):
    """Pillow's four bytes and the array's three, plus a small overhead."""
    path = tmp_path / f"large{suffix}"
    exif = PIL.Image.Exif()
    exif[274] = 6
    corner_cases.photo((8000, 5000)).save(path, exif=exif)
    done = run_command(sys.executable, "-c", MEASURE, str(path), suffix)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 9


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_a_tiff_with_unsupported_pixels_is_an_error_with_the_fix(
    dtype, channels, random, tmp_path
):
    path = str(tmp_path / "deep.tiff")
    pixels = 1000 * random.random((20, 30, channels))
    cv2.imwrite(path, pixels.astype(dtype))
    with pytest.raises(
        headers.UnreadableImage,
        match=r"deep.tiff .*; save it with 8 or 16 bits",
    ):
        photo_io.read_photo(path)
