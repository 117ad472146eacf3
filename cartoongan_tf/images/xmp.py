"""XMP packets of photos: what of them holds for their cartoons.

A file of a phone may have a video, a gain map, a depth map or further pictures
behind its photo, and its packet tells viewers at which bytes. All that is not
written again. A panorama of 360 degrees tells its size, which is scaled.
"""

import re
from xml.dom import XMLNS_NAMESPACE
from xml.dom import minidom
from xml.parsers import expat

_GONE = re.compile(
    # Of Google, and of Xiaomi, OPPO, vivo and Honor after it.
    r"http://ns\.[\w.-]+/photos/(?!1\.0/panorama/)"
    r"|http://ns\.adobe\.com/hdr-gain-map/"
    r"|http://ns\.adobe\.com/xmp/note/"  # Says that there is a second packet.
    r"|http://ns\.apple\.com/(HDRGainMap|HDRToneMap|pixeldatainfo|depth)"
)
_PANORAMA = "http://ns.google.com/photos/1.0/panorama/"
_TIFF = "http://ns.adobe.com/tiff/1.0/"
_EXIF = "http://ns.adobe.com/exif/1.0/"
_DROPPED = {
    (_TIFF, "Orientation"),
    ("http://ns.adobe.com/xap/1.0/", "Thumbnails"),
}
_WIDTHS = {(_TIFF, "ImageWidth"), (_EXIF, "PixelXDimension")}
_HEIGHTS = {(_TIFF, "ImageLength"), (_EXIF, "PixelYDimension")}
_PANORAMA_PIXELS = {
    "CroppedAreaImageWidthPixels": 0,
    "CroppedAreaImageHeightPixels": 1,
    "FullPanoWidthPixels": 0,
    "FullPanoHeightPixels": 1,
    "CroppedAreaLeftPixels": 0,
    "CroppedAreaTopPixels": 1,
    "LargestValidInteriorRectLeft": 0,
    "LargestValidInteriorRectTop": 1,
    "LargestValidInteriorRectWidth": 0,
    "LargestValidInteriorRectHeight": 1,
}
_MAX_STRETCH = 0.02  # Of a panorama that is only reduced: its sides round.


def fit(packet: bytes, size: tuple[int, int]) -> bytes | None:
    """Leaves out what a cartoon does not have, and tells its size.

    Args:
        packet: Of the photo.
        size: Width and height of the cartoon, in pixels.

    Returns:
        The packet of the cartoon; None for one that cannot be read.
    """
    if b"<!DOCTYPE" in packet:  # Whose entities could grow without end.
        return None
    try:
        document = minidom.parseString(packet.strip(b"\0 \t\r\n"))
    except (expat.ExpatError, ValueError):
        return None
    for node in list(_nodes(document)):
        if _is_gone(node):
            _remove(node)
    _tell_size(document, size)
    _scale_panorama(document, size)
    return "".join(node.toxml() for node in document.childNodes).encode()


def _nodes(document):
    """All elements, and the attributes that are properties."""
    for element in document.getElementsByTagName("*"):
        yield element
        yield from list(element.attributes.values())


def _name(node):
    return node.namespaceURI, node.localName


def _is_gone(node):
    is_prefix = node.namespaceURI == XMLNS_NAMESPACE
    space = node.value if is_prefix else node.namespaceURI
    return bool(_GONE.match(space or "")) or _name(node) in _DROPPED


def _remove(node):
    if node.nodeType == node.ATTRIBUTE_NODE:
        if node.ownerElement:
            node.ownerElement.removeAttributeNode(node)
    else:
        node.parentNode.removeChild(node)


def _tell_size(document, size):
    for node in _nodes(document):
        for names, pixels in zip((_WIDTHS, _HEIGHTS), size, strict=True):
            if _name(node) in names:
                _set(node, pixels)


def _scale_panorama(document, size):
    """Scales a panorama; a cartoon of another shape is none any more."""
    found = [n for n in _nodes(document) if n.namespaceURI == _PANORAMA]
    pixels = {n.localName: _number(n) for n in found}
    # Where it is the whole sphere, some cameras tell of that alone.
    named = ("CroppedAreaImage", "FullPano")
    sides = [
        [pixels.get(f"{name}{side}Pixels") for side in ("Width", "Height")]
        for name in named
    ]
    old = next(filter(all, sides), size)
    scales = [new / before for new, before in zip(size, old, strict=True)]
    is_reduced = abs(scales[0] / scales[1] - 1) < _MAX_STRETCH
    for node in found:
        if not is_reduced:
            _remove(node)
        elif node.localName in _PANORAMA_PIXELS and _number(node) is not None:
            scale = scales[_PANORAMA_PIXELS[node.localName]]
            _set(node, round(_number(node) * scale))


def _number(node):
    text = node.value if node.nodeType == node.ATTRIBUTE_NODE else _text(node)
    try:
        return float(text)
    except ValueError:
        return None


def _text(element):
    return "".join(n.data for n in element.childNodes if n.nodeType == 3)


def _set(node, value):
    if node.nodeType == node.ATTRIBUTE_NODE:
        node.value = str(value)
    else:
        text = node.ownerDocument.createTextNode(str(value))
        node.childNodes[:] = [text]
