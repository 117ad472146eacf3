"""XMP packets of phone photos with embedded parts."""

import io

import numpy as np
import PIL.Image
import pytest

from cartoongan_tf.images import photo_io
from cartoongan_tf.images import xmp

PREFIXES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "note": "http://ns.adobe.com/xmp/note/",
    "GPano": "http://ns.google.com/photos/1.0/panorama/",
    "GCamera": "http://ns.google.com/photos/1.0/camera/",
    "GDepth": "http://ns.google.com/photos/1.0/depthmap/",
    "Device": "http://ns.google.com/photos/dd/1.0/device/",
    "Container": "http://ns.google.com/photos/1.0/container/",
    "Item": "http://ns.google.com/photos/1.0/container/item/",
    "MiCamera": "http://ns.xiaomi.com/photos/1.0/camera/",
    "hdrgm": "http://ns.adobe.com/hdr-gain-map/1.0/",
    "HDRGainMap": "http://ns.apple.com/HDRGainMap/1.0/",
}
SPHERE = {
    "GPano:ProjectionType": "equirectangular",
    "GPano:CroppedAreaImageWidthPixels": "4000",
    "GPano:CroppedAreaImageHeightPixels": "2000",
    "GPano:FullPanoWidthPixels": "4000",
    "GPano:FullPanoHeightPixels": "2400",
    "GPano:CroppedAreaLeftPixels": "0",
    "GPano:CroppedAreaTopPixels": "200",
    "GPano:PoseHeadingDegrees": "90.5",
}


def packet(attributes=(), inside=""):
    """Returns a packet whose properties are attributes, as is usual."""
    spaces = " ".join(f'xmlns:{p}="{uri}"' for p, uri in PREFIXES.items())
    properties = " ".join(f'{k}="{v}"' for k, v in dict(attributes).items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {spaces}>'
        f'<rdf:Description rdf:about="" {properties}>{inside}'
        '</rdf:Description></rdf:RDF></x:xmpmeta>   <?xpacket end="w"?>'
    ).encode()


@pytest.mark.parametrize(
    ("attributes", "inside"),
    [
        ({"GCamera:MotionPhoto": "1", "GCamera:MicroVideoOffset": "99"}, ""),
        (
            {"hdrgm:Version": "1.0"},
            '<Container:Directory><rdf:Seq><rdf:li rdf:parseType="Resource">'
            '<Container:Item Item:Semantic="GainMap" Item:Length="1720"/>'
            "</rdf:li></rdf:Seq></Container:Directory>",
        ),
        ({"MiCamera:XMPMeta": "length 1720"}, ""),
        ({"note:HasExtendedXMP": "0123456789ABCDEF"}, ""),
        ({}, "<GDepth:Data>AAAA</GDepth:Data><GDepth:Mime>x</GDepth:Mime>"),
        ({}, "<Device:Container>1720</Device:Container>"),
        ({}, "<HDRGainMap:HDRGainMapVersion>1</HDRGainMap:HDRGainMapVersion>"),
    ],
    ids=["motion", "ultra_hdr", "xiaomi", "extended", "depth", "dd", "apple"],
)
def test_properties_of_embedded_parts_are_removed(attributes, inside):
    plain = {"dc:source": "A cat"}
    found = xmp.adapt(packet(plain | attributes, inside), (40, 30))
    assert found == xmp.adapt(packet(plain), (40, 30))
    assert b'dc:source="A cat"' in found
    for name in ("Container", "GCamera", "GDepth", "hdrgm", "MiCamera"):
        assert name.encode() not in found


def test_a_panorama_is_scaled():
    found = xmp.adapt(packet(SPHERE), (1000, 500)).decode()
    for name, value in {
        "ProjectionType": "equirectangular",
        "CroppedAreaImageWidthPixels": 1000,
        "CroppedAreaImageHeightPixels": 500,
        "FullPanoWidthPixels": 1000,
        "FullPanoHeightPixels": 600,
        "CroppedAreaLeftPixels": 0,
        "CroppedAreaTopPixels": 50,
        "PoseHeadingDegrees": 90.5,
    }.items():
        assert f'GPano:{name}="{value}"' in found


def test_a_panorama_in_elements_is_scaled():
    inside = "".join(f"<{k}>{v}</{k}>" for k, v in SPHERE.items())
    found = xmp.adapt(packet(inside=inside), (1000, 500))
    assert b">600</GPano:FullPanoHeightPixels>" in found
    assert b">50</GPano:CroppedAreaTopPixels>" in found


def test_a_panorama_is_removed_if_the_aspect_ratio_changes():
    found = xmp.adapt(packet({"dc:source": "A cat"} | SPHERE), (8000, 2000))
    assert b"A cat" in found
    assert b"GPano:" not in found


def test_sizes_are_updated():
    given = {"tiff:ImageWidth": "4000", "exif:PixelYDimension": "3000"}
    inside = "<tiff:ImageLength>3000</tiff:ImageLength>"
    found = xmp.adapt(packet(given, inside), (40, 30))
    assert b'tiff:ImageWidth="40"' in found
    assert b'exif:PixelYDimension="30"' in found
    assert b"<tiff:ImageLength>30</tiff:ImageLength>" in found


@pytest.mark.parametrize(
    "data",
    [
        packet()[:200],
        b"none",
        b"",
        b"<rdf:Description dc:title='no such prefixes'/>",
        b'<!DOCTYPE x [<!ENTITY a "a">]><x>&a;</x>',
    ],
)
def test_an_invalid_packet_is_dropped(data):
    assert xmp.adapt(data, (40, 30)) is None


@pytest.mark.shared
@pytest.mark.parametrize("name", ["motion_photo", "ultra_hdr"])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_properties_of_embedded_parts_are_removed_from_phone_photos(
    cases, name, format
):
    path = cases / f"photos/{name}.jpg"
    photo = photo_io.read_photo(path)
    assert b"Container:Directory" in photo.metadata.xmp
    stream = io.BytesIO()
    photo_io.write_photo(
        stream, photo.pixels, metadata=photo.metadata, format=format
    )
    for word in (b"Container", b"MotionPhoto", b"hdrgm", b"GainMap"):
        assert word not in stream.getvalue()
    assert np.asarray(PIL.Image.open(stream)).shape == photo.pixels.shape
