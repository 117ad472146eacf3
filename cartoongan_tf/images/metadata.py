"""Metadata of a picture file: EXIF, color profile, XMP, resolution, texts.

Metadata describes the picture as it is written, upright and in RGB: it has no
orientation, no thumbnail, and no gray or CMYK profile. Unreadable parts are
dropped: a cartoon should not fail because of its date.
"""

import dataclasses
import io
import pathlib
import struct

import PIL.ExifTags
import PIL.Image
import PIL.ImageCms
import PIL.PngImagePlugin

from cartoongan_tf.images import png_chunks
from cartoongan_tf.images import xmp

ORIENTATION = PIL.ExifTags.Base.Orientation
COMMENT = "Comment"

_IFD = PIL.ExifTags.IFD
_GROUPS = (_IFD.Exif, _IFD.GPSInfo)
# Exceptions that Pillow raises on corrupt data; found by fuzzing.
DECODE_ERRORS = (
    AssertionError,
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
_XMP_TAG = 700
# Tags of the pixel storage, those kept elsewhere (XMP, the profile), and
# Photoshop's resources, which hold a thumbnail.
_DROPPED_TAGS = {
    *range(254, 267),
    273,
    int(ORIENTATION),
    *range(277, 282),
    284,
    *range(288, 294),
    297,
    301,
    *range(317, 348),
    *range(512, 533),
    _XMP_TAG,
    34377,
    34675,
    37724,
}
_XMP_KEYS = ("XML:com.adobe.xmp", "xmp")
# Keys of an image's `info` whose value may contain an orientation.
ORIENTATION_KEYS = frozenset(("exif", "Raw profile type exif", *_XMP_KEYS))
# Capacity of a JPEG segment, less the header of an XMP segment.
_MAX_SEGMENT_BYTES = 65_502


@dataclasses.dataclass(frozen=True)
class ImageMetadata:
    """Metadata that can be written to another file.

    Attributes:
        exif: EXIF block without orientation and thumbnail, or None.
        profile: ICC profile of an RGB color space, or None.
        xmp: XMP packet, or None.
        dpi: Horizontal and vertical pixels per inch, or None.
        texts: Texts by keyword, as in a PNG; the comment of a JPEG or GIF has
            the keyword `COMMENT`.
        png_colors: Color chunks of a PNG, see `png_chunks.colors`; other
            formats cannot store them.
    """

    exif: bytes | None = None
    profile: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    texts: dict[str, str] = dataclasses.field(default_factory=dict)
    png_colors: dict[bytes, bytes] = dataclasses.field(default_factory=dict)

    def only_colors(self) -> "ImageMetadata":
        """Returns only the metadata that affects how colors are shown."""
        return ImageMetadata(profile=self.profile, png_colors=self.png_colors)


def read(
    image: PIL.Image.Image, source: str | pathlib.Path | bytes
) -> ImageMetadata:
    """Reads the metadata of an image.

    Args:
        image: Loaded image; some PNGs store metadata after the pixels.
        source: Path or bytes of its file, for chunks that Pillow ignores.
    """
    return ImageMetadata(
        _exif(image),
        _profile(image),
        _xmp(image),
        _dpi(image),
        _texts(image),
        # With a gray profile, colors have been converted already.
        {} if gray_profile_of(image) else png_chunks.colors(source),
    )


def orientation(image: PIL.Image.Image) -> int:
    """Returns the EXIF or XMP orientation, 1 to 8. Loads a PNG for it."""
    try:
        found = image.getexif().get(ORIENTATION, 1)
    except DECODE_ERRORS:
        return 1
    return found if found in range(1, 9) else 1


def profile_of(image: PIL.Image.Image) -> PIL.ImageCms.ImageCmsProfile | None:
    """Returns the color profile of an image, or None without a valid one."""
    data = image.info.get("icc_profile")
    if not data:
        return None
    try:
        return PIL.ImageCms.ImageCmsProfile(io.BytesIO(data))
    except DECODE_ERRORS:
        return None


def gray_profile_of(
    image: PIL.Image.Image,
) -> PIL.ImageCms.ImageCmsProfile | None:
    """Returns the gray profile of a grayscale image, or None."""
    is_gray = image.mode in ("L", "LA") or image.mode.startswith("I;16")
    profile = profile_of(image) if is_gray else None
    if profile is None or profile.profile.xcolor_space != "GRAY":
        return None
    return profile


def save_options(
    metadata: ImageMetadata, format: str, size: tuple[int, int]
) -> dict:
    """Returns keyword arguments of Pillow's `save` that write metadata.

    Args:
        metadata: Metadata to write.
        format: Output format. JPEG cannot store EXIF or XMP of 64 KB or more,
            which are dropped.
        size: Width and height of the picture, to store in EXIF and XMP.
    """
    options = {
        "exif": _with_size(metadata.exif, size),
        "icc_profile": metadata.profile,
        "xmp": metadata.xmp and xmp.adapt(metadata.xmp, size),
        "dpi": metadata.dpi,
    }
    if format in _ADAPTERS:
        _ADAPTERS[format](metadata, options)
    return {name: value for name, value in options.items() if value}


def _adapt_jpeg(metadata, options):
    for name in ("exif", "xmp"):
        if len(options[name] or b"") > _MAX_SEGMENT_BYTES:
            options[name] = None
    comment = metadata.texts.get(COMMENT, "").encode()
    options["comment"] = comment[:_MAX_SEGMENT_BYTES]


def _adapt_png(metadata, options):
    chunks = PIL.PngImagePlugin.PngInfo()
    packet = options.pop("xmp")
    if packet:
        chunks.add_itxt(_XMP_KEYS[0], packet.decode(errors="replace"))
    for key, text in metadata.texts.items():
        chunks.add_itxt(key, text)
    for name, content in metadata.png_colors.items():
        chunks.add(name, content)
    options["pnginfo"] = chunks


def _adapt_tiff(metadata, options):
    exif, packet = _load_exif(options["exif"]), options.pop("xmp")
    if packet:
        exif[_XMP_TAG] = packet
    has_groups = _IFD.Exif in exif or _IFD.GPSInfo in exif
    # With compression, Pillow uses libtiff, which does not write EXIF groups.
    options["compression"] = "raw" if has_groups else "tiff_adobe_deflate"
    options["exif"] = exif


_ADAPTERS = {"JPEG": _adapt_jpeg, "PNG": _adapt_png, "TIFF": _adapt_tiff}


def _exif(image):
    try:
        found = image.getexif()
        kept = PIL.Image.Exif()
        kept.endian = found.endian
        for tag, value in found.items():
            if tag not in _DROPPED_TAGS:
                kept[tag] = _raw(value)
        for group in _GROUPS:
            if group in kept:
                details = found.get_ifd(group).items()
                kept[group] = {tag: _raw(value) for tag, value in details}
        if _IFD.Interop in kept.get(_IFD.Exif, {}):
            kept[_IFD.Exif][_IFD.Interop] = dict(found.get_ifd(_IFD.Interop))
        return kept.tobytes() if len(kept) else None
    except DECODE_ERRORS:
        return None


def _with_size(exif, size):
    """Returns EXIF with the width and height updated, where present."""
    if exif is None:
        return None
    loaded = _load_exif(exif)
    if _IFD.Exif not in loaded:
        return exif
    details = loaded.get_ifd(_IFD.Exif)
    tags = PIL.ExifTags.Base.ExifImageWidth, PIL.ExifTags.Base.ExifImageHeight
    for tag, pixels in zip(tags, size, strict=True):
        if tag in details:
            details[tag] = pixels
    return loaded.tobytes()


def _load_exif(exif):
    loaded = PIL.Image.Exif()
    loaded.load(exif or b"")
    tables = [loaded, *(loaded.get_ifd(group) for group in _GROUPS)]
    for table in tables:
        for tag, value in list(table.items()):
            table[tag] = _raw(value)
    return loaded


class _RawText(str):
    """EXIF text that encodes to the bytes from which it was decoded.

    Pillow decodes them as Latin-1, whatever they are, and would write question
    marks for all non-ASCII characters.
    """

    __slots__ = ()

    def encode(self, encoding: str = "", errors: str = "") -> bytes:
        """Returns the original bytes."""
        return super().encode("latin-1")


def _raw(value):
    return _RawText(value) if isinstance(value, str) else value


def _profile(image):
    """Returns the profile if it applies to the image converted to RGB."""
    profile = profile_of(image)
    if profile is None or image.mode in ("CMYK", "LAB"):
        return None
    is_rgb = profile.profile.xcolor_space == "RGB "
    return image.info["icc_profile"] if is_rgb else None


def _xmp(image):
    found = next((image.info[k] for k in _XMP_KEYS if image.info.get(k)), None)
    if found is None:
        return None
    return found.encode() if isinstance(found, str) else bytes(found)


def _dpi(image):
    try:
        across, down = (float(value) for value in image.info["dpi"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    is_valid = 0 < across < 65_536 and 0 < down < 65_536
    return (across, down) if is_valid else None


def _texts(image):
    texts = {
        key: str(text)
        for key, text in getattr(image, "text", {}).items()
        # ImageMagick's profiles contain the orientation, among other things.
        if key not in _XMP_KEYS and not key.startswith("Raw profile type")
    }
    comment = image.info.get("comment")
    if isinstance(comment, bytes):
        comment = comment.decode(errors="replace").rstrip("\0")
    if comment and not texts:
        texts[COMMENT] = comment
    return texts
