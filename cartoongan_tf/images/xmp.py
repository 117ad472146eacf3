"""Adaptation of a photo's XMP packet to its cartoon.

Phone photos may contain a video, a gain map, a depth map or further pictures,
whose byte offsets are in the XMP packet. Cartoons have none of these, so their
properties are removed. Sizes of 360-degree panoramas are scaled.
"""

import re
from xml.dom import XMLNS_NAMESPACE
from xml.dom import minidom
from xml.parsers import expat

_DROPPED_NAMESPACES = re.compile(
    # Google, and Xiaomi, OPPO, vivo and Honor by its example.
    r"http://ns\.[\w.-]+/photos/(?!1\.0/panorama/)"
    r"|http://ns\.adobe\.com/hdr-gain-map/"
    r"|http://ns\.adobe\.com/xmp/note/"  # Refers to a second packet.
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
_PANORAMA_AXES = {  # 0 for width, 1 for height.
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
_MAX_ASPECT_CHANGE = 0.02  # Relative; allows for rounded sides.


def adapt(packet: bytes, size: tuple[int, int]) -> bytes | None:
    """Removes properties that a cartoon lacks, and updates its size.

    Args:
        packet: XMP packet of the photo.
        size: Width and height of the cartoon, in pixels.

    Returns:
        XMP packet of the cartoon; None if the photo's cannot be parsed.
    """
    if b"<!DOCTYPE" in packet:  # Entities could expand exponentially.
        return None
    try:
        document = minidom.parseString(packet.strip(b"\0 \t\r\n"))
    except (expat.ExpatError, ValueError):
        return None
    for node in list(_nodes(document)):
        if _is_dropped(node):
            _remove(node)
    _update_size(document, size)
    _scale_panorama(document, size)
    return "".join(node.toxml() for node in document.childNodes).encode()


def _nodes(document):
    """Yields all elements and attributes."""
    for element in document.getElementsByTagName("*"):
        yield element
        yield from list(element.attributes.values())


def _name(node):
    return node.namespaceURI, node.localName


def _is_dropped(node):
    is_prefix = node.namespaceURI == XMLNS_NAMESPACE
    namespace = node.value if is_prefix else node.namespaceURI
    matches = _DROPPED_NAMESPACES.match(namespace or "")
    return bool(matches) or _name(node) in _DROPPED


def _remove(node):
    if node.nodeType == node.ATTRIBUTE_NODE:
        if node.ownerElement:
            node.ownerElement.removeAttributeNode(node)
    else:
        node.parentNode.removeChild(node)


def _update_size(document, size):
    for node in _nodes(document):
        for names, pixels in zip((_WIDTHS, _HEIGHTS), size, strict=True):
            if _name(node) in names:
                _set(node, pixels)


def _scale_panorama(document, size):
    """Scales a panorama; removes it if the aspect ratio has changed."""
    nodes = [n for n in _nodes(document) if n.namespaceURI == _PANORAMA]
    values = {n.localName: _number(n) for n in nodes}
    # For a full sphere, some cameras write only the full size.
    sizes = [
        [values.get(f"{name}{side}Pixels") for side in ("Width", "Height")]
        for name in ("CroppedAreaImage", "FullPano")
    ]
    old_size = next(filter(all, sizes), size)
    scales = [new / old for new, old in zip(size, old_size, strict=True)]
    keeps_aspect = abs(scales[0] / scales[1] - 1) < _MAX_ASPECT_CHANGE
    for node in nodes:
        if not keeps_aspect:
            _remove(node)
        elif node.localName in _PANORAMA_AXES and _number(node) is not None:
            scale = scales[_PANORAMA_AXES[node.localName]]
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
