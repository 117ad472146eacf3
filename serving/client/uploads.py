"""Conversion of photo files to uploads that a server can read.

docs/artifacts.md lists what servers read. They apply EXIF orientation, flatten
transparency on white and downscale large pictures themselves, so files in
common formats are sent unchanged. Others are converted to upright RGB: JPEG of
quality 95, or PNG if the file is lossless.

Servers ignore color profiles. Phone photos, usually in Display P3, would lose
saturation; they are converted to sRGB.
"""

import io
import struct

import PIL.ExifTags
import PIL.Image
import PIL.ImageCms
import PIL.ImageOps

from . import errors
from . import jpeg_end
from . import png_chunks

MAX_PIXELS = 400_000_000  # Four bytes each are decoded in memory.
MAX_SIDE = 2048  # The default --max_side of `export.py`.

PIL.Image.init()  # Without it, Pillow loads only the most common formats.
# Not EPS, for which Pillow runs Ghostscript, whatever the file's name, and
# nothing that has no signature, such as TGA.
_FORMATS = tuple(
    name
    for name in (
        "AVIF",
        "BMP",
        "DIB",
        "GIF",
        "ICO",
        "JPEG",
        "JPEG2000",
        "PNG",
        "PPM",
        "QOI",
        "TIFF",
        "WEBP",
    )
    if name in PIL.Image.OPEN
)
_SENT_UNCHANGED = {"JPEG", "PNG", "WEBP"}
_LOSSLESS = {"BMP", "GIF", "PNG", "PPM", "TIFF"}
_DEEP = ("I", "I;16", "I;16B", "I;16L")
_SIXTEEN_TO_EIGHT_BITS = 1 / 256
_QUALITY = 95
_TAGS = PIL.ExifTags.Base
_WHITE_IS_ZERO = 0  # TIFF photometric interpretation.
_SEPARATE = 2  # TIFF planar configuration.
# PNG chunks that may contain an orientation.
_ORIENTATION_CHUNKS = (b"eXIf", b"iTXt", b"tEXt", b"zTXt")
_HEIC = (
    b"heic",
    b"heim",
    b"heis",
    b"heix",
    b"hevc",
    b"hevx",
    b"mif1",
    b"msf1",
)
# Exceptions of Pillow's decoders for damaged files.
_DECODING_ERRORS = (
    EOFError,
    IndexError,
    KeyError,
    OSError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)


def prepare(data: bytes, max_side: int = MAX_SIDE) -> bytes:
    """Converts a photo file to an upload.

    Pillow's own pixel limit applies, unless the caller lifts it.

    Args:
        data: Bytes of the file, in a common format, or HEIC.
        max_side: Longer side, in pixels, that larger photos are downscaled to.

    Returns:
        `data` itself if servers can read it and it is small enough, otherwise
        the bytes of a JPEG or PNG picture.

    Raises:
        ClientError: If it is not a picture, damaged, or too large to decode.
    """
    try:
        with _open(data) as image:
            _check_size(image)
            _check_planes(image)
            if complete := jpeg_end.add(data):
                return prepare(complete, max_side)
            if _can_be_sent(image, data, max_side):
                return data
            return _encode(_normalized(image, max_side), image.format)
    except PIL.UnidentifiedImageError:
        repaired = png_chunks.without_damaged(data)
        if len(repaired) < len(data):
            return prepare(repaired, max_side)
        raise errors.ClientError(_unidentified_message(data)) from None
    except PIL.Image.DecompressionBombError as error:
        raise errors.ClientError(f"is too large: {error} Shrink it.") from None
    except _DECODING_ERRORS as error:
        raise errors.ClientError(
            f"is damaged or breaks off ({error}); fix it or send another."
        ) from error


def _open(data):
    size = int.from_bytes(data[:4], "big")
    is_heic = data[4:8] == b"ftyp" and data[8:12] in _HEIC
    if not is_heic or b"avif" in data[12:size]:
        return PIL.Image.open(io.BytesIO(data), formats=_FORMATS)
    try:
        import pi_heif
    except ImportError as error:
        raise errors.ClientError(
            "is a HEIC picture; run `pip install pi-heif` to read those, or "
            "save it as JPEG."
        ) from error
    return pi_heif.HeifImageFile(io.BytesIO(data))


def _check_size(image):
    if image.width * image.height > MAX_PIXELS:
        raise errors.ClientError(
            f"has {image.width} x {image.height} pixels, and "
            f"{MAX_PIXELS // 10**6} million are the most; shrink it."
        )


def _check_planes(image):
    """Rejects 16-bit planar TIFFs, which Pillow decodes to noise."""
    tags = getattr(image, "tag_v2", {})
    is_separate = tags.get(_TAGS.PlanarConfiguration) == _SEPARATE
    if not is_separate or 16 not in tags.get(_TAGS.BitsPerSample, ()):
        return
    if all(tile.codec_name == "raw" for tile in image.tile):
        raise errors.ClientError(
            "has channels of 16 bits one after the other; save it with 8 bits, "
            "or interleaved."
        )


def _can_be_sent(image, data, max_side):
    """Whether a file can be sent unchanged."""
    return (
        image.format in _SENT_UNCHANGED
        and max(image.size) <= max_side
        and getattr(image, "n_frames", 1) == 1
        and image.mode != "CMYK"  # Servers reject CMYK without a marker.
        and _foreign_profile(image) is None
        and not _has_ignored_orientation(image, data)
    )


def _has_ignored_orientation(image, data):
    """Whether the orientation is stored where servers do not read it.

    They read EXIF before the pixels, but not XMP.
    """
    # Pillow would decode a PNG to find its orientation.
    names = _ORIENTATION_CHUNKS
    if image.format == "PNG" and not any(name in data for name in names):
        return False
    seen = PIL.Image.Exif()
    try:
        seen.load(image.info.get("exif") or b"")
        orientation = seen.get(_TAGS.Orientation, 1)
        return image.getexif().get(_TAGS.Orientation, 1) != orientation
    except _DECODING_ERRORS:
        return False


def _foreign_profile(image):
    """Returns the picture's color profile, or None if it is sRGB."""
    data = image.info.get("icc_profile")
    if not data:
        return None
    try:
        profile = PIL.ImageCms.ImageCmsProfile(io.BytesIO(data))
        name = PIL.ImageCms.getProfileDescription(profile)
    except (OSError, PIL.ImageCms.PyCMSError):
        return None  # Unreadable profiles are ignored.
    return None if name.startswith("sRGB") else profile


def _normalized(image, max_side):
    """Converts to upright sRGB on white, of at most `max_side` pixels."""
    image.draft(None, (2 * max_side, 2 * max_side))  # Saves memory for JPEG.
    profile = _foreign_profile(image)
    picture = PIL.ImageOps.exif_transpose(image)
    if picture.mode in _DEEP:
        picture = picture.convert("I").point(
            lambda level: level * _SIXTEEN_TO_EIGHT_BITS
        )
        if _is_negative(image):
            picture = PIL.ImageOps.invert(picture.convert("L"))
    picture = _on_white(_in_srgb(picture, profile))
    picture.thumbnail((max_side, max_side), PIL.Image.Resampling.LANCZOS)
    return picture


def _is_negative(image):
    """Whether 0 is white, which Pillow ignores for 16-bit grayscale only."""
    tags = getattr(image, "tag_v2", {})
    return tags.get(_TAGS.PhotometricInterpretation) == _WHITE_IS_ZERO


def _in_srgb(picture, profile):
    if profile is None or picture.mode not in ("CMYK", "L", "RGB", "RGBA"):
        return picture
    target = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        return PIL.ImageCms.profileToProfile(
            picture,
            profile,
            PIL.ImageCms.createProfile("sRGB"),
            outputMode=target,
        )
    except PIL.ImageCms.PyCMSError:
        return picture  # The profile is for another color space.


def _on_white(picture):
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    white = PIL.Image.new("RGBA", layer.size, "white")
    return PIL.Image.alpha_composite(white, layer).convert("RGB")


def _encode(picture, source_format):
    stream = io.BytesIO()
    encoding = "PNG" if source_format in _LOSSLESS else "JPEG"
    picture.save(
        stream, encoding, quality=_QUALITY, subsampling=0, icc_profile=None
    )
    return stream.getvalue()


def _unidentified_message(data):
    if not data:
        return "is empty."
    return "is not a picture in a known format; save it as JPEG or PNG."
