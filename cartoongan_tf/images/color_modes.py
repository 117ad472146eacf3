"""Conversion of Pillow images of any mode to upright RGB, in strips.

Pillow's own conversions allocate a full image per step, at four bytes a
pixel. Converting in strips needs only the decoded image and the output array.
"""

from collections.abc import Callable
from typing import Any
from typing import NamedTuple

import numpy as np
import PIL.ExifTags
import PIL.Image
import PIL.ImageCms

from cartoongan_tf.core import errors
from cartoongan_tf.images import metadata

_PIXELS_PER_STRIP = 2**16  # Few enough to stay in the CPU cache.
_OPAQUE = 255
_WHITE_IS_ZERO = 0  # TIFF photometric interpretation.
_CMS = PIL.ImageCms


class Pixels(NamedTuple):
    """Pixels of an image.

    Attributes:
        colors: uint8 RGB array of shape `(height, width, 3)`, upright.
        alpha: uint8 array of shape `(height, width)`, 0 where transparent, or
            None for an image without transparency.
    """

    colors: np.ndarray
    alpha: np.ndarray | None


def convert(image: PIL.Image.Image) -> Pixels:
    """Converts a loaded image.

    16-bit channels are truncated to their upper 8 bits, as `pictures` does.
    CMYK is converted to sRGB with its embedded profile, or arithmetically
    without one; so is grayscale with an embedded gray profile.

    Raises:
        InputError: If the white level of the pixel values is unknown. The
            message is meant to follow the image's name.
    """
    orientation = metadata.orientation(image)
    width, height = image.size
    upright = (width, height) if orientation >= 5 else (height, width)
    to_array, alpha = _strip_converter(image), None
    gray_to_rgb = _gray_lookup(image)
    colors = np.empty((*upright, 3), np.uint8)
    stored = _as_stored(colors, orientation)
    if image.has_transparency_data:
        alpha = np.empty(upright, np.uint8)
        stored_alpha = _as_stored(alpha, orientation)
    rows = max(1, _PIXELS_PER_STRIP // width)
    for top in range(0, height, rows):
        strip = slice(top, min(top + rows, height))
        array = to_array(image.crop((0, top, width, strip.stop)))
        if gray_to_rgb is None:
            stored[strip] = array[..., :3]
        else:
            stored[strip] = gray_to_rgb[array[..., 0]]
        if alpha is not None:
            stored_alpha[strip] = array[..., 3]
    return Pixels(colors, alpha)


def _as_stored(upright, orientation):
    """Returns a view of an upright array in the file's pixel order."""
    if orientation in (3, 4, 7, 8):
        upright = upright[::-1]
    if orientation in (2, 3, 6, 7):
        upright = upright[:, ::-1]
    return upright.swapaxes(0, 1) if orientation >= 5 else upright


def _strip_converter(image) -> Callable[[PIL.Image.Image], np.ndarray]:
    """Returns a function from a strip to an array of 1, 3 or 4 channels."""
    if image.mode.startswith("I;16") or (
        image.mode == "I" and image.format == "PPM"
    ):
        return _gray16_converter(
            image.info.get("transparency"), _is_negative(image)
        )
    if image.mode in ("I", "F"):
        raise errors.InputError(
            "has 32-bit pixels, whose white level is unknown; save it with 8 "
            "or 16 bits per channel."
        )
    if image.mode in ("CMYK", "LAB"):
        return _profile_converter(image)
    mode = "RGBA" if image.has_transparency_data else "RGB"
    return lambda strip: np.asarray(strip.convert(mode))


def _is_negative(image):
    """Whether 0 is white, which Pillow ignores for 16-bit grayscale only."""
    tag = PIL.ExifTags.Base.PhotometricInterpretation
    return getattr(image, "tag_v2", {}).get(tag) == _WHITE_IS_ZERO


def _gray16_converter(transparent_value, is_negative):
    def to_array(strip):
        gray16 = np.asarray(strip)
        gray = (gray16 >> 8).astype(np.uint8)
        if is_negative:
            gray = ~gray
        if transparent_value is None:
            return gray[..., None]
        is_transparent = gray16 == transparent_value
        alpha = np.where(is_transparent, 0, _OPAQUE).astype(np.uint8)
        return np.stack([gray, gray, gray, alpha], axis=-1)

    return to_array


def _profile_converter(image):
    profile: Any
    if image.mode == "LAB":
        profile = _CMS.createProfile("LAB")
    else:
        profile = metadata.profile_of(image)
    transform = profile and _to_srgb(profile, image.mode)
    if not transform:
        return lambda strip: np.asarray(strip.convert("RGB"))
    return lambda strip: np.asarray(_CMS.applyTransform(strip, transform))


def _gray_lookup(image):
    """Returns the sRGB color of each gray level by a gray profile, or None."""
    profile = metadata.gray_profile_of(image)
    # An optimized transform is off by up to 10 levels in the shadows.
    transform = profile and _to_srgb(profile, "L", _CMS.Flags.NOOPTIMIZE)
    if not transform:
        return None
    ramp = PIL.Image.frombytes("L", (_OPAQUE + 1, 1), bytes(range(256)))
    return np.asarray(_CMS.applyTransform(ramp, transform))[0]


def _to_srgb(profile, mode, flags=_CMS.Flags.NONE):
    """Returns a transform to sRGB; None if the profile has another mode."""
    try:
        return _CMS.buildTransform(
            profile,
            _CMS.createProfile("sRGB"),
            mode,
            "RGB",
            _CMS.Intent.RELATIVE_COLORIMETRIC,
            # Otherwise the black of printed paper stays gray on a screen.
            flags | _CMS.Flags.BLACKPOINTCOMPENSATION,
        )
    except _CMS.PyCMSError:
        return None
