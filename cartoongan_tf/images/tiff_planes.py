"""Fix for 16-bit TIFF files with separate color planes.

Photoshop writes them with the option "Per Channel". Pillow decodes the
uncompressed ones as 8-bit, which yields noise.
"""

import PIL.ExifTags
import PIL.ImageFile
import PIL.TiffImagePlugin

_TAGS = PIL.ExifTags.Base
_SEPARATE = 2  # Planar configuration.
_BITS_PER_SAMPLE = 16


def fix(image: PIL.ImageFile.ImageFile) -> None:
    """Corrects Pillow's decoder settings of such an image, in place.

    Args:
        image: Opened image of any format, not loaded yet.
    """
    if not isinstance(image, PIL.TiffImagePlugin.TiffImageFile):
        return
    tags = image.tag_v2
    is_separate = tags.get(_TAGS.PlanarConfiguration) == _SEPARATE
    bits = set(tags.get(_TAGS.BitsPerSample, ()))
    if is_separate and bits == {_BITS_PER_SAMPLE}:
        image.tile = [_fix_tile(image, tile) for tile in image.tile]


def _fix_tile(image, tile):
    if tile.codec_name != "raw":
        return tile
    order = "L" if image.tag_v2.prefix == b"II" else "B"
    is_gray = len(image.getbands()) == 1
    mode = image.mode if is_gray else f"{tile.args[0]};16{order}"
    return tile._replace(args=(mode, *tile.args[1:]))
