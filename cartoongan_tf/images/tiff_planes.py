"""TIFF files of 16 bits whose channels lie one after the other.

Photoshop writes them if it is asked to ("Per Channel"). Pillow reads those that
are not compressed as if they had 8 bits, which gives noise.
"""

import PIL.ExifTags
import PIL.ImageFile
import PIL.TiffImagePlugin

_TAGS = PIL.ExifTags.Base
_SEPARATE = 2  # Planar configuration.
_DEEP = 16


def mend(image: PIL.ImageFile.ImageFile) -> None:
    """Tells Pillow how to read such an image; others stay as they are.

    Args:
        image: The image, opened and not loaded yet.
    """
    if not isinstance(image, PIL.TiffImagePlugin.TiffImageFile):
        return
    tags = image.tag_v2
    is_separate = tags.get(_TAGS.PlanarConfiguration) == _SEPARATE
    if is_separate and set(tags.get(_TAGS.BitsPerSample, ())) == {_DEEP}:
        image.tile = [_mended(image, tile) for tile in image.tile]


def _mended(image, tile):
    if tile.codec_name != "raw":
        return tile
    order = "L" if image.tag_v2.prefix == b"II" else "B"
    is_gray = len(image.getbands()) == 1
    mode = image.mode if is_gray else f"{tile.args[0]};16{order}"
    return tile._replace(args=(mode, *tile.args[1:]))
