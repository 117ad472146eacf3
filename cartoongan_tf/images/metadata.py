"""Metadata of a picture file: all that it carries beside its pixels.

EXIF, a color profile, XMP, the resolution, and texts. What is kept tells of
the photo as it is written, upright and in RGB: no orientation, no little
picture of the photo, no profile of grays or of inks. What cannot be read is
left out: a cartoon need not fail for its date.
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
# What Pillow raises over broken data; found by fuzzing.
BROKEN = (
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
# Tags that say how a file stores its pixels, and those kept by other means
# (XMP, the profile) or not at all (Photoshop's resources, with a thumbnail).
_STORAGE = {
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
# Keys of an image's `info` that may tell of an orientation.
TURNING = frozenset(("exif", "Raw profile type exif", *_XMP_KEYS))
# Bytes that fit a segment of a JPEG, less XMP's own header.
_MAX_SEGMENT_BYTES = 65_502


@dataclasses.dataclass(frozen=True)
class ImageMetadata:
    """Metadata that can be kept.

    Attributes:
        exif: An EXIF block without orientation and thumbnail, or None.
        profile: An ICC profile of RGB colors, or None.
        xmp: The XMP packet of the file, or None.
        dpi: Pixels an inch, across and down, or None.
        texts: Texts by keyword, as of a PNG; the comment of a JPEG or a GIF
            is the one of `COMMENT`.
        png_colors: Chunks of a PNG, `png_chunks.colors`; other formats
            have no room for them.
    """

    exif: bytes | None = None
    profile: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    texts: dict[str, str] = dataclasses.field(default_factory=dict)
    png_colors: dict[bytes, bytes] = dataclasses.field(default_factory=dict)

    def only_colors(self) -> "ImageMetadata":
        """The metadata without which colors would change."""
        return ImageMetadata(profile=self.profile, png_colors=self.png_colors)


def read(
    image: PIL.Image.Image, source: str | pathlib.Path | bytes
) -> ImageMetadata:
    """Reads what an image carries.

    Args:
        image: The image, loaded: some PNGs tell it after the pixels.
        source: Its file, or the bytes of one, for what Pillow does not tell.
    """
    return ImageMetadata(
        _exif(image),
        _profile(image),
        _xmp(image),
        _dpi(image),
        _texts(image),
        # They would change grays that have been changed by their profile.
        {} if gray_profile_of(image) else png_chunks.colors(source),
    )


def orientation(image: PIL.Image.Image) -> int:
    """Orientation by EXIF, or else XMP: 1 to 8. A PNG is loaded for it."""
    try:
        found = image.getexif().get(ORIENTATION, 1)
    except BROKEN:
        return 1
    return found if found in range(1, 9) else 1


def profile_of(image: PIL.Image.Image) -> PIL.ImageCms.ImageCmsProfile | None:
    """The color profile of an image, if it has one that can be read."""
    data = image.info.get("icc_profile")
    if not data:
        return None
    try:
        return PIL.ImageCms.ImageCmsProfile(io.BytesIO(data))
    except BROKEN:
        return None


def gray_profile_of(
    image: PIL.Image.Image,
) -> PIL.ImageCms.ImageCmsProfile | None:
    """The profile of an image of grays that says how light they are."""
    is_gray = image.mode in ("L", "LA") or image.mode.startswith("I;16")
    profile = profile_of(image) if is_gray else None
    if profile is None or profile.profile.xcolor_space != "GRAY":
        return None
    return profile


def save_options(
    metadata: ImageMetadata, kind: str, size: tuple[int, int]
) -> dict:
    """Options for Pillow's `save`.

    Args:
        metadata: What is to be kept.
        kind: The format; a JPEG has no room for EXIF or XMP of 64 KB and
            more, which are left out.
        size: Width and height of the picture, as EXIF and XMP are to tell
            them.
    """
    options = {
        "exif": _sized(metadata.exif, size),
        "icc_profile": metadata.profile,
        "xmp": metadata.xmp and xmp.fit(metadata.xmp, size),
        "dpi": metadata.dpi,
    }
    if kind in _SPECIAL:
        _SPECIAL[kind](metadata, options)
    return {name: value for name, value in options.items() if value}


def _fit_jpeg(metadata, options):
    for name in ("exif", "xmp"):
        if len(options[name] or b"") > _MAX_SEGMENT_BYTES:
            options[name] = None
    comment = metadata.texts.get(COMMENT, "").encode()
    options["comment"] = comment[:_MAX_SEGMENT_BYTES]


def _fit_png(metadata, options):
    chunks = PIL.PngImagePlugin.PngInfo()
    packet = options.pop("xmp")
    if packet:
        chunks.add_itxt(_XMP_KEYS[0], packet.decode(errors="replace"))
    for key, text in metadata.texts.items():
        chunks.add_itxt(key, text)
    for name, content in metadata.png_colors.items():
        chunks.add(name, content)
    options["pnginfo"] = chunks


def _fit_tiff(metadata, options):
    exif, packet = _loaded(options["exif"]), options.pop("xmp")
    if packet:
        exif[_XMP_TAG] = packet
    has_groups = _IFD.Exif in exif or _IFD.GPSInfo in exif
    # Pillow's way to compress, libtiff, does not write EXIF's groups of tags.
    options["compression"] = "raw" if has_groups else "tiff_adobe_deflate"
    options["exif"] = exif


_SPECIAL = {"JPEG": _fit_jpeg, "PNG": _fit_png, "TIFF": _fit_tiff}


def _exif(image):
    try:
        found = image.getexif()
        kept = PIL.Image.Exif()
        kept.endian = found.endian
        for tag, value in found.items():
            if tag not in _STORAGE:
                kept[tag] = _raw(value)
        for group in _GROUPS:
            if group in kept:
                details = found.get_ifd(group).items()
                kept[group] = {tag: _raw(value) for tag, value in details}
        if _IFD.Interop in kept.get(_IFD.Exif, {}):
            kept[_IFD.Exif][_IFD.Interop] = dict(found.get_ifd(_IFD.Interop))
        return kept.tobytes() if len(kept) else None
    except BROKEN:
        return None


def _sized(exif, size):
    """EXIF that tells of a picture's width and height, if it told of any."""
    if exif is None:
        return None
    loaded = _loaded(exif)
    if _IFD.Exif not in loaded:
        return exif
    details = loaded.get_ifd(_IFD.Exif)
    tags = PIL.ExifTags.Base.ExifImageWidth, PIL.ExifTags.Base.ExifImageHeight
    for tag, pixels in zip(tags, size, strict=True):
        if tag in details:
            details[tag] = pixels
    return loaded.tobytes()


def _loaded(exif):
    loaded = PIL.Image.Exif()
    loaded.load(exif or b"")
    tables = [loaded, *(loaded.get_ifd(group) for group in _GROUPS)]
    for table in tables:
        for tag, value in list(table.items()):
            table[tag] = _raw(value)
    return loaded


class _RawText(str):
    """Text of EXIF in the bytes that it was read from.

    Pillow reads them as Latin-1, whatever they are, and would write question
    marks for all that is not ASCII.
    """

    __slots__ = ()

    def encode(self, encoding: str = "", errors: str = "") -> bytes:
        """Gives the bytes."""
        return super().encode("latin-1")


def _raw(value):
    return _RawText(value) if isinstance(value, str) else value


def _profile(image):
    """The profile, if it tells of the colors that the image becomes."""
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
    is_sound = 0 < across < 65_536 and 0 < down < 65_536
    return (across, down) if is_sound else None


def _texts(image):
    texts = {
        key: str(text)
        for key, text in getattr(image, "text", {}).items()
        # ImageMagick's profiles tell of the orientation, among other things.
        if key not in _XMP_KEYS and not key.startswith("Raw profile type")
    }
    comment = image.info.get("comment")
    if isinstance(comment, bytes):
        comment = comment.decode(errors="replace").rstrip("\0")
    if comment and not texts:
        texts[COMMENT] = comment
    return texts
