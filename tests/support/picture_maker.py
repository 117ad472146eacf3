"""Writers of corner cases of picture files, with their expected pixels."""

import io
import zlib

import numpy as np
import PIL.Image


def on_white(picture):
    """Composites a picture on white; a reference implementation."""
    rgba = np.asarray(picture.convert("RGBA")).astype(float)
    alpha = rgba[..., 3:] / 255
    return alpha * rgba[..., :3] + (1 - alpha) * 255


def deep_ramp(channels):
    """Returns 16-bit grays, and the same as 1, 3 or 4 channels, opaque."""
    ramp = np.linspace(0, 65535, 32 * 48).reshape(32, 48, 1)
    deep = np.repeat(ramp, channels, axis=2).astype("uint16")
    if channels == 4:
        deep[..., 3] = 65535
    return ramp, deep


def transparent(photo):
    picture = photo.copy()
    picture.putalpha(PIL.Image.linear_gradient("L").resize(photo.size))
    return picture


def few_colors(photo):
    return photo.quantize(40)


def one_hole(photo):
    picture = few_colors(photo)
    picture.info["transparency"] = 3
    return picture


def save(picture, path, **options):
    picture.save(path, **options)
    return picture


# Writers by file name; each returns the written picture.
LOSSLESS = {
    "plain.png": lambda photo, path: save(photo, path),
    "UPPER.PNG": lambda photo, path: save(photo, path),
    "with space é漢.png": lambda photo, path: save(photo, path),
    "gray.png": lambda photo, path: save(photo.convert("L"), path),
    "one_bit.png": lambda photo, path: save(photo.convert("1"), path),
    "palette.png": lambda photo, path: save(few_colors(photo), path),
    "alpha.png": lambda photo, path: save(transparent(photo), path),
    "gray_alpha.png": lambda photo, path: save(
        transparent(photo).convert("LA"), path
    ),
    "palette_hole.png": lambda photo, path: save(one_hole(photo), path),
    "plain.bmp": lambda photo, path: save(photo, path),
    "palette.bmp": lambda photo, path: save(few_colors(photo), path),
    "one_bit.bmp": lambda photo, path: save(photo.convert("1"), path),
    "lossless.webp": lambda photo, path: save(photo, path, lossless=True),
    "alpha.webp": lambda photo, path: save(
        transparent(photo), path, lossless=True, exact=True
    ),
    "animated.webp": lambda photo, path: save(
        photo, path, lossless=True, save_all=True, append_images=[photo]
    ),
    "plain.gif": lambda photo, path: save(few_colors(photo), path),
    "hole.gif": lambda photo, path: save(one_hole(photo), path),
    "animated.gif": lambda photo, path: save(
        few_colors(photo),
        path,
        save_all=True,
        append_images=[PIL.Image.new("P", photo.size)],
    ),
    "animated.png": lambda photo, path: save(
        photo,
        path,
        save_all=True,
        append_images=[PIL.Image.new("RGB", photo.size)],
    ),
    "plain.dib": lambda photo, path: save(photo, path),
    "plain.jp2": lambda photo, path: save(photo, path),
    "plain.ppm": lambda photo, path: save(photo, path),
    "plain.tif": lambda photo, path: save(photo, path),
    "alpha.tiff": lambda photo, path: save(transparent(photo), path),
    "pages.tif": lambda photo, path: save(
        photo,
        path,
        save_all=True,
        append_images=[PIL.Image.new("RGB", photo.size)],
    ),
}
JPEGS = {
    "plain.jpg": {"quality": 95},
    "plain.JPEG": {"quality": 95},
    "plain.jfif": {"quality": 95},
    "progressive.jpg": {"quality": 95, "progressive": True},
    "full_color.jpg": {"quality": 95, "subsampling": 0},
}


_EXIF = PIL.Image.Exif()
_EXIF[274] = 6  # Viewers rotate it by 90 degrees clockwise.
_HEXADECIMAL = _EXIF.tobytes().hex().encode()
_RAW = b"\nexif\n%8d\n%s\n" % (len(_HEXADECIMAL) // 2, _HEXADECIMAL)
_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
    b'tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)
_BEFORE_PIXELS = 33  # Offset in a PNG, after the signature and IHDR.
_AFTER_PIXELS = -12  # Offset in a PNG, before IEND.


def png_with(photo, path, at, name, content):
    """Writes a PNG with an additional chunk at an offset."""
    stream = io.BytesIO()
    photo.save(stream, "PNG")
    data = stream.getvalue()
    checksum = zlib.crc32(name + content).to_bytes(4, "big")
    added = len(content).to_bytes(4, "big") + name + content + checksum
    path.write_bytes(data[:at] + added + data[at:])


# Places of an orientation other than EXIF at the start of a file.
TURNED = {
    "xmp.jpg": lambda photo, path: photo.save(path, xmp=_XMP),
    "xmp.webp": lambda photo, path: photo.save(path, xmp=_XMP, lossless=True),
    "xmp.png": lambda photo, path: png_with(
        photo,
        path,
        _BEFORE_PIXELS,
        b"iTXt",
        b"XML:com.adobe.xmp\0\0\0\0\0" + _XMP,
    ),
    "late_exif.png": lambda photo, path: png_with(
        photo, path, _AFTER_PIXELS, b"eXIf", _EXIF.tobytes()[6:]
    ),
    "raw_profile.png": lambda photo, path: png_with(
        photo,
        path,
        _BEFORE_PIXELS,
        b"zTXt",
        b"Raw profile type exif\0\0" + zlib.compress(_RAW),
    ),
    "late_raw_profile.png": lambda photo, path: png_with(
        photo,
        path,
        _AFTER_PIXELS,
        b"tEXt",
        b"Raw profile type exif\0" + _RAW,
    ),
}
