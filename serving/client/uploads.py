"""Photo files -> bytes that a server reads, no larger than it makes use of.

What servers read stands in docs/artifacts.md. They apply EXIF orientation, put
transparency on white and reduce large pictures themselves, so that a file of a
common kind goes as it is; any other becomes an upright RGB picture here: JPEG
of quality 95, or PNG where the file had lost nothing yet.

Servers know nothing of color profiles. Photos of phones, in Display P3 as a
rule, would lose color; they are converted to sRGB.
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
MAX_SIDE = 2048  # To which `export.py` lets servers reduce pictures.

_AS_IT_IS = {"JPEG", "PNG", "WEBP"}
_LOSSLESS = {"BMP", "GIF", "PNG", "PPM", "TGA", "TIFF"}
_DEEP = ("I", "I;16", "I;16B", "I;16L")
_SIXTEEN_TO_EIGHT_BITS = 1 / 256
_QUALITY = 95
_TAGS = PIL.ExifTags.Base
_WHITE_IS_ZERO = 0  # Photometric interpretation of a TIFF.
_SEPARATE = 2  # Planar configuration of one.
# Chunks of a PNG that may tell of an orientation.
_TURNING = (b"eXIf", b"iTXt", b"tEXt", b"zTXt")
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
# What Pillow's decoders raise for damaged files.
_BROKEN = (
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
    """Upload of a photo file.

    Pillow's own limit on pixels stays in force, unless the caller lifts it.

    Args:
        data: The bytes of the file, of any kind that Pillow reads, or HEIC.
        max_side: Longer side, in pixels, to which larger photos are reduced.

    Returns:
        `data` itself if a server reads it as well and it is small enough, or
        the bytes of a JPEG or PNG picture.

    Raises:
        ClientError: If it is no picture, damaged, or too large to decode.
    """
    try:
        with _open(data) as image:
            _check_size(image)
            _check_planes(image)
            if whole := jpeg_end.add(data):
                return prepare(whole, max_side)
            if _goes_as_it_is(image, data, max_side):
                return data
            return _encode(_reduced(image, max_side), image.format)
    except PIL.UnidentifiedImageError:
        sound = png_chunks.without_damaged(data)
        if len(sound) < len(data):
            return prepare(sound, max_side)
        raise errors.ClientError(_what_else(data)) from None
    except PIL.Image.DecompressionBombError as error:
        raise errors.ClientError(f"is too large: {error} Shrink it.") from None
    except _BROKEN as error:
        raise errors.ClientError(
            f"is damaged or breaks off ({error}); fix it or send another."
        ) from error


def _open(data):
    size = int.from_bytes(data[:4], "big")
    is_heic = data[4:8] == b"ftyp" and data[8:12] in _HEIC
    if not is_heic or b"avif" in data[12:size]:
        return PIL.Image.open(io.BytesIO(data))
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
    """Refuses what Pillow makes noise of."""
    tags = getattr(image, "tag_v2", {})
    is_separate = tags.get(_TAGS.PlanarConfiguration) == _SEPARATE
    if not is_separate or 16 not in tags.get(_TAGS.BitsPerSample, ()):
        return
    if all(tile.codec_name == "raw" for tile in image.tile):
        raise errors.ClientError(
            "has channels of 16 bits one after the other; save it with 8 bits, "
            "or interleaved."
        )


def _goes_as_it_is(image, data, max_side):
    return (
        image.format in _AS_IT_IS
        and max(image.size) <= max_side
        and getattr(image, "n_frames", 1) == 1
        and image.mode != "CMYK"  # Servers refuse those without a marker.
        and _foreign_profile(image) is None
        and not _is_turned_unseen(image, data)
    )


def _is_turned_unseen(image, data):
    """Whether an orientation stands where servers do not look for it.

    They look into EXIF that stands before the pixels, and not into XMP.
    """
    # To be told of one by a PNG, Pillow would decode it.
    if image.format == "PNG" and not any(name in data for name in _TURNING):
        return False
    seen = PIL.Image.Exif()
    try:
        seen.load(image.info.get("exif") or b"")
        turn = seen.get(_TAGS.Orientation, 1)
        return image.getexif().get(_TAGS.Orientation, 1) != turn
    except _BROKEN:
        return False


def _foreign_profile(image):
    """The picture's color profile, unless it has none or sRGB's."""
    data = image.info.get("icc_profile")
    if not data:
        return None
    try:
        profile = PIL.ImageCms.ImageCmsProfile(io.BytesIO(data))
        name = PIL.ImageCms.getProfileDescription(profile)
    except (OSError, PIL.ImageCms.PyCMSError):
        return None  # A profile that nothing can read changes no color.
    return None if name.startswith("sRGB") else profile


def _reduced(image, max_side):
    """The picture upright, RGB, on white, in sRGB, of at most `max_side`."""
    image.draft(None, (2 * max_side, 2 * max_side))  # Spares a JPEG's memory.
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
    """Whether 0 is white, which Pillow forgets of deep grays only."""
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
        return picture  # The profile of a picture of another kind.


def _on_white(picture):
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    white = PIL.Image.new("RGBA", layer.size, "white")
    return PIL.Image.alpha_composite(white, layer).convert("RGB")


def _encode(picture, source_format):
    stream = io.BytesIO()
    kind = "PNG" if source_format in _LOSSLESS else "JPEG"
    picture.save(
        stream, kind, quality=_QUALITY, subsampling=0, icc_profile=None
    )
    return stream.getvalue()


def _what_else(data):
    if not data:
        return "is empty."
    return "is not a picture of a known kind; save it as JPEG or PNG."
