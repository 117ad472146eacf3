"""TIFF files of 16 bits whose channels lie one after the other.

Photoshop writes them if it is asked to ("Per Channel"). Pillow reads those that
are not compressed as if they had 8 bits, which gives noise.
"""

import PIL.ImageFile

_BITS_PER_SAMPLE, _PLANAR_CONFIGURATION = 258, 284
_SEPARATE = 2
_DEEP = 16


def mend(image: PIL.ImageFile.ImageFile) -> None:
    """Tells Pillow how to read such an image; others stay as they are.

    Args:
        image: The image, opened and not loaded yet.
    """
    tags = getattr(image, "tag_v2", {})
    is_separate = tags.get(_PLANAR_CONFIGURATION) == _SEPARATE
    if not is_separate or set(tags.get(_BITS_PER_SAMPLE, ())) != {_DEEP}:
        return
    order = "L" if tags.prefix == b"II" else "B"
    image.tile = [
        tile._replace(args=(_raw_mode(image, tile, order), *tile.args[1:]))
        if tile.codec_name == "raw"
        else tile
        for tile in image.tile
    ]


def _raw_mode(image, tile, order):
    is_gray = len(image.getbands()) == 1
    return image.mode if is_gray else f"{tile.args[0]};16{order}"
