"""Corner cases of picture files, with the expected results.

A maker writes a file to a path. The expectation is either format, size and
alpha of the result, or a part of the error message.
"""

import io
import os
import struct
import zlib

import cv2
import numpy as np
import PIL.Image
import PIL.ImageCms
import pillow_heif
import skimage.data

WIDTH, HEIGHT = 48, 32
SIZE = (WIDTH, HEIGHT)
TURNED = (HEIGHT, WIDTH)


def photo(size=SIZE, mode="RGB"):
    cat = PIL.Image.fromarray(skimage.data.chelsea())
    return cat.resize(size).convert(mode)


def with_alpha(mode="RGBA"):
    picture = photo().convert(mode)
    picture.putalpha(PIL.Image.linear_gradient("L").resize(SIZE))
    return picture


def saver(picture, **options):
    return lambda path: picture.save(path, **options)


def write(data):
    return lambda path: path.write_bytes(data)


def encoded(picture, format, **options):
    stream = io.BytesIO()
    picture.save(stream, format, **options)
    return stream.getvalue()


def deep(channels):
    gray = np.linspace(0, 65535, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH, 1)
    pixels = np.repeat(gray.astype(np.uint16), channels, axis=2)
    return lambda path: cv2.imwrite(str(path), pixels)


def deep_tiff(planes, photometric, order="<"):
    """Encodes an uncompressed 16-bit TIFF with separate color planes.

    Args:
        planes: Arrays of the same shape, one per channel.
        photometric: 0 for grayscale with 0 as white, 1 for grayscale, 2 for
            RGB.
        order: Byte order, as for `struct`.
    """
    count, (height, width) = len(planes), planes[0].shape
    pixels = b"".join(plane.astype(f"{order}u2").tobytes() for plane in planes)
    size, start = len(pixels) // count, 8 + 2 + 10 * 12 + 4
    values = {
        256: [width],
        257: [height],
        258: [16] * count,
        259: [1],  # Not compressed.
        262: [photometric],
        273: [start + 12 * count + size * number for number in range(count)],
        277: [count],
        278: [height],
        279: [size] * count,
        284: [2 if count > 1 else 1],  # Planar configuration.
    }
    entries, more = b"", b""
    for tag, numbers in values.items():
        data = struct.pack(f"{order}{len(numbers)}I", *numbers)
        if len(numbers) > 1:
            data, more = (
                struct.pack(f"{order}I", start + len(more)),
                more + data,
            )
        entries += struct.pack(f"{order}HHI", tag, 4, len(numbers)) + data
    more = more.ljust(12 * count, b"\0")
    mark = b"II*\0" if order == "<" else b"MM\0*"
    head = mark + struct.pack(f"{order}IH", 8, len(values))
    return head + entries + bytes(4) + more + pixels


def turned(orientation):
    exif = PIL.Image.Exif()
    exif[274] = orientation
    size = SIZE if orientation < 5 else TURNED
    return saver(photo(size), exif=exif)


def cmyk_profile():
    """Returns a CMYK profile: a table of 2 ** 4 ink mixtures in Lab."""
    lab = []
    for mixture in range(16):
        inks = [mixture >> shift & 1 for shift in (3, 2, 1, 0)]
        # Black on paper is lighter than on a screen.
        light = 15 + 85 * max(0.0, 1 - inks[3] - 0.25 * sum(inks[:3]))
        green_red = 128 + 60 * inks[1] - 40 * inks[0]
        blue_yellow = 128 + 70 * inks[2] - 40 * inks[0]
        lab += [round(light * 2.55), green_red, blue_yellow]
    table = struct.pack(">4s4xBBBx", b"mft1", 4, 3, 2)
    table += struct.pack(">9i", *(65536 * (n % 4 == 0) for n in range(9)))
    ramp = bytes(range(256))
    table += ramp * 4 + bytes(lab) + ramp * 3
    table += b"\0" * (-len(table) % 4)
    place = offset, size = 128 + 4 + 2 * 12, len(table)
    # The same table for perceptual and colorimetric rendering.
    tags = struct.pack(">I4sII4sII", 2, b"A2B0", *place, b"A2B1", *place)
    header = struct.pack(
        ">I4sI4s4s4s12x4s28x3i48x",
        offset + size,
        b"test",
        0x02400000,
        b"scnr",
        b"CMYK",
        b"Lab ",
        b"acsp",
        63190,
        65536,
        54061,
    )
    return header + tags + table


def gray_profile():
    header = bytearray(srgb_profile())
    header[16:20] = b"GRAY"
    return bytes(header)


def gamma_profile(gamma):
    """Returns a gray profile, such as scanners write."""
    curve = struct.pack(">4s4xIHxx", b"curv", 1, round(256 * gamma))
    white = struct.pack(">4s4x3i", b"XYZ ", 63190, 65536, 54061)
    start = 128 + 4 + 2 * 12
    tags = struct.pack(">I4sII", 2, b"kTRC", start, len(curve))
    tags += struct.pack(">4sII", b"wtpt", start + len(curve), len(white))
    header = struct.pack(
        ">I4sI4s4s4s12x4s28x3i48x",
        start + len(curve) + len(white),
        b"test",
        0x02400000,
        b"mntr",
        b"GRAY",
        b"XYZ ",
        b"acsp",
        63190,
        65536,
        54061,
    )
    return header + tags + curve + white


def srgb_profile():
    profile = PIL.ImageCms.createProfile("sRGB")
    return PIL.ImageCms.ImageCmsProfile(profile).tobytes()


def animation(**options):
    frames = [photo().rotate(30 * turn) for turn in range(4)]
    return saver(
        frames[0],
        save_all=True,
        append_images=frames[1:],
        duration=[50, 100, 150, 200],
        loop=0,
        **options,
    )


def huge_png(path):
    """Writes a PNG header of 60000 x 60000 pixels, with almost no data."""

    def chunk(name, data):
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    size = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body + chunk(b"IEND", b""))


def broken_exif(path):
    exif = PIL.Image.Exif()
    exif[271] = "A camera of some length"
    whole = exif.tobytes()
    photo().save(path, exif=whole[:-12] + b"\xff" * 8)


def transparent_palette(path):
    picture = photo().quantize(16)
    picture.save(path, transparency=bytes(range(0, 256, 16)))


def result(format, size=SIZE, alpha=False):
    return format, size, alpha


JPEG = encoded(photo(), "JPEG")
RESULTS = {
    "inks.jpg": (saver(photo(mode="CMYK")), result("JPEG")),
    "inks_profile.jpg": (
        saver(photo(mode="CMYK"), icc_profile=cmyk_profile()),
        result("JPEG"),
    ),
    "inks.tif": (saver(photo(mode="CMYK")), result("TIFF")),
    "deep.png": (deep(3), result("PNG")),
    "deep_gray.png": (deep(1), result("PNG")),
    "deep.tiff": (deep(3), result("TIFF")),
    "deep_gray.tiff": (deep(1), result("TIFF")),
    "gray.jpg": (saver(photo(mode="L")), result("JPEG")),
    "gray_profile.jpg": (
        saver(photo(mode="L"), icc_profile=gray_profile()),
        result("JPEG"),
    ),
    "gray_alpha.png": (saver(with_alpha("LA")), result("PNG", SIZE, True)),
    "alpha.png": (saver(with_alpha()), result("PNG", SIZE, True)),
    "alpha.webp": (saver(with_alpha()), result("WEBP", SIZE, True)),
    "alpha.tiff": (saver(with_alpha()), result("TIFF", SIZE, True)),
    "palette_alpha.png": (transparent_palette, result("PNG", SIZE, True)),
    "one_bit.png": (saver(photo(mode="1")), result("PNG")),
    "one_bit.bmp": (saver(photo(mode="1")), result("BMP")),
    **{
        f"turned_{code}.jpg": (turned(code), result("JPEG"))
        for code in range(1, 9)
    },
    "progressive.jpg": (saver(photo(), progressive=True), result("JPEG")),
    "png_inside.jpg": (write(encoded(photo(), "PNG")), result("PNG")),
    "least.png": (saver(photo((16, 16))), result("PNG", (16, 16))),
    "ribbon.png": (saver(photo((20_000, 20))), result("PNG", (20_000, 20))),
    "still.gif": (saver(photo().quantize(8)), result("PNG")),
    "animated.gif": (animation(), result("GIF")),
    "animated.webp": (animation(), result("WEBP")),
    "animated.png": (animation(), result("PNG")),
    "two_views.mpo": (
        lambda path: photo().save(
            path, "MPO", save_all=True, append_images=[photo()]
        ),
        result("JPEG"),
    ),
    "jpeg_2000.jp2": (saver(photo()), result("PNG")),
    "phone.heif": (
        lambda path: pillow_heif.from_pillow(photo()).save(path),
        result("JPEG"),
    ),
    "plain.ppm": (saver(photo()), result("PNG")),
    "with space é漢.jpg": (write(JPEG), result("JPEG")),
    "-leading-dash.jpg": (write(JPEG), result("JPEG")),
    "new\nline.jpg": (write(JPEG), result("JPEG")),
    "100%d.jpg": (write(JPEG), result("JPEG")),
    "UPPER.JPG": (write(JPEG), result("JPEG")),
    "broken_exif.jpg": (broken_exif, result("JPEG")),
    "broken_profile.jpg": (
        saver(photo(), icc_profile=b"no profile at all"),
        result("JPEG"),
    ),
}
COMPLAINTS = {
    "one_pixel.png": (saver(photo((1, 1))), "1x1 pixels is too small"),
    "small.png": (saver(photo((15, 15))), "15x15 pixels is too small"),
    "truncated.jpg": (write(JPEG[: len(JPEG) // 2]), "damaged or truncated"),
    "truncated.png": (
        write(encoded(photo(), "PNG")[:500]),
        "damaged or truncated",
    ),
    "empty.jpg": (write(b""), "is empty"),
    "text.jpg": (
        write(b"not a picture"),
        "is not a picture in a supported format",
    ),
    "huge.png": (huge_png, "60000 x 60000 pixels"),
    "floats.tiff": (
        saver(photo(mode="F")),
        "floats.tiff has 32-bit pixels",
    ),
    "phone.heic": (
        write(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
        "damaged or truncated",
    ),
}
SKIPPED = {
    "pipe.jpg": os.mkfifo,
    "circle": lambda path: path.symlink_to(path.parent),
    "gone.jpg": lambda path: path.symlink_to("nowhere.jpg"),
    ".hidden.jpg": write(JPEG),
    "notes.txt": write(b"text"),
}
