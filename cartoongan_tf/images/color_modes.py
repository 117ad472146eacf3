"""Images of any mode -> upright RGB, in strips.

Pillow's own conversions make a whole image of each step, at four bytes a
pixel. In strips there are two at a time: the image as decoded, and the array.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import PIL.ExifTags
import PIL.Image
import PIL.ImageCms

from cartoongan_tf.core import errors
from cartoongan_tf.images import metadata

_STRIP = 2**16  # Pixels converted at a time; they stay in the cache.
_OPAQUE = 255
_WHITE_IS_ZERO = 0  # Photometric interpretation of a TIFF.
_CMS = PIL.ImageCms


class Pixels(NamedTuple):
    """Pixels of an image.

    Attributes:
        colors: uint8 RGB array of shape `(height, width, 3)`, upright.
        alpha: uint8 array of shape `(height, width)`, 0 where the picture is
            transparent, or None if it cannot be.
    """

    colors: np.ndarray
    alpha: np.ndarray | None


def convert(image: PIL.Image.Image) -> Pixels:
    """Converts a loaded image.

    16 bits become 8 by leaving out the lower ones, as `pictures` does. Inks
    (CMYK) become sRGB by their own profile, or without one by arithmetic, and
    so do grays with a profile of grays.

    Raises:
        InputError: If the image has numbers whose white is not known. The
            message is to be read after the image's name.
    """
    turn = metadata.orientation(image)
    width, height = image.size
    upright = (width, height) if turn >= 5 else (height, width)
    to_array, alpha = _converter(image), None
    tones = _tones(image)
    colors = np.empty((*upright, 3), np.uint8)
    stored = _as_stored(colors, turn)
    if image.has_transparency_data:
        alpha = np.empty(upright, np.uint8)
        stored_alpha = _as_stored(alpha, turn)
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        strip = slice(top, min(top + rows, height))
        array = to_array(image.crop((0, top, width, strip.stop)))
        if tones is None:
            stored[strip] = array[..., :3]
        else:
            stored[strip] = tones[array[..., 0]]
        if alpha is not None:
            stored_alpha[strip] = array[..., 3]
    return Pixels(colors, alpha)


def _as_stored(upright, turn):
    """A view of an upright array in which it lies as in the file."""
    if turn in (3, 4, 7, 8):
        upright = upright[::-1]
    if turn in (2, 3, 6, 7):
        upright = upright[:, ::-1]
    return upright.swapaxes(0, 1) if turn >= 5 else upright


def _converter(image) -> Callable[[PIL.Image.Image], np.ndarray]:
    """Gives the function from a strip to an array of 3 or 4 channels."""
    if image.mode.startswith("I;16") or (
        image.mode == "I" and image.format == "PPM"
    ):
        return _from_deep_gray(
            image.info.get("transparency"), _is_negative(image)
        )
    if image.mode in ("I", "F"):
        raise errors.InputError(
            "has pixels of 32 bits, of which white is not known; save it with "
            "8 or 16 bits a channel."
        )
    if image.mode in ("CMYK", "LAB"):
        return _from_other_colors(image)
    mode = "RGBA" if image.has_transparency_data else "RGB"
    return lambda strip: np.asarray(strip.convert(mode))


def _is_negative(image):
    """Whether 0 is white, which Pillow forgets of deep grays only."""
    tag = PIL.ExifTags.Base.PhotometricInterpretation
    return getattr(image, "tag_v2", {}).get(tag) == _WHITE_IS_ZERO


def _from_deep_gray(hole, is_negative):
    def to_array(strip):
        deep = np.asarray(strip)
        gray = (deep >> 8).astype(np.uint8)
        if is_negative:
            gray = ~gray
        if hole is None:
            return gray[..., None]
        alpha = np.where(deep == hole, 0, _OPAQUE).astype(np.uint8)
        return np.stack([gray, gray, gray, alpha], axis=-1)

    return to_array


def _from_other_colors(image):
    if image.mode == "LAB":
        profile = _CMS.createProfile("LAB")
    else:
        profile = metadata.profile_of(image)
    transform = profile and _to_srgb(profile, image.mode)
    if not transform:
        return lambda strip: np.asarray(strip.convert("RGB"))
    return lambda strip: np.asarray(_CMS.applyTransform(strip, transform))


def _tones(image):
    """The color of each of 256 grays, if a profile of grays tells of them."""
    profile = metadata.gray_profile_of(image)
    # Optimized, it would be off by up to 10 levels in the darks.
    transform = profile and _to_srgb(profile, "L", _CMS.Flags.NOOPTIMIZE)
    if not transform:
        return None
    ramp = PIL.Image.frombytes("L", (_OPAQUE + 1, 1), bytes(range(256)))
    return np.asarray(_CMS.applyTransform(ramp, transform))[0]


def _to_srgb(profile, mode, flags=_CMS.Flags.NONE):
    """A transform to sRGB; None where the profile is of another mode."""
    try:
        return _CMS.buildTransform(
            profile,
            _CMS.createProfile("sRGB"),
            mode,
            "RGB",
            _CMS.Intent.RELATIVE_COLORIMETRIC,
            # Else the deepest black of paper stays gray on a screen.
            flags | _CMS.Flags.BLACKPOINTCOMPENSATION,
        )
    except _CMS.PyCMSError:
        return None
