import pathlib
import zlib

import numpy as np
import PIL.Image
import pytest

from cartoongan_tf.images import headers
from cartoongan_tf.images import pictures


def bomb(path, side=12_000):
    """Writes a PNG of one color: some 100 KB, but 432 MB when decoded."""

    def chunk(name, data):
        check = zlib.crc32(name + data)
        return (
            len(data).to_bytes(4, "big")
            + name
            + data
            + check.to_bytes(4, "big")
        )

    size = side.to_bytes(4, "big")
    rows = zlib.compress((b"\0" * (1 + 3 * side)) * side, 9)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", 2 * size + bytes([8, 2, 0, 0, 0]))
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


def test_header_has_format_and_size(tmp_path):
    PIL.Image.new("RGB", (30, 20)).save(tmp_path / "a.webp")
    header = headers.read_header(tmp_path / "a.webp")
    assert header == headers.Header("WEBP", width=30, height=20, decoder=1)


def test_a_decompression_bomb_is_rejected_undecoded(tmp_path):
    path = tmp_path / "bomb.png"
    bomb(path)
    assert path.stat().st_size < 500_000
    for read in (headers.read_header, pictures.read_picture):
        with pytest.raises(
            headers.UnreadableImage, match="12000 x 12000 pixels"
        ):
            read(path)


def test_a_larger_bomb_is_rejected_without_a_warning(tmp_path):
    bomb(tmp_path / "bomb.png", 20_000)
    with pytest.raises(headers.UnreadableImage, match="20000 x 20000"):
        headers.read_header(tmp_path / "bomb.png")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"hello", "is not a picture in a supported format, such as AVIF"),
        (
            b"\xff\xd8\xff",
            "is not a picture in a supported format, such as AVIF",
        ),
        (b"%PDF-1.4", "is not a picture in a supported format, such as AVIF"),
    ],
)
def test_files_that_are_not_pictures_are_named_in_errors(
    tmp_path, content, reason
):
    path = tmp_path / "broken.jpg"
    path.write_bytes(content)
    for read in (headers.read_header, pictures.read_picture):
        with pytest.raises(
            headers.UnreadableImage, match=rf"broken\.jpg {reason}"
        ):
            read(path)


@pytest.mark.parametrize(
    ("name", "format"),
    [("a.dib", "BMP"), ("a.jfif", "JPEG"), ("a.j2k", "JPEG2000")],
)
def test_extensions_match_formats(name, format, tmp_path):
    PIL.Image.new("RGB", (30, 20)).save(tmp_path / name)
    header = headers.read_header(tmp_path / name)
    assert header.format == format
    headers.check_suffix(tmp_path / name, header)


def test_a_missing_file_and_a_folder_are_reported(tmp_path):
    with pytest.raises(
        headers.UnreadableImage, match=r"gone\.png does not exist"
    ):
        headers.read_header(tmp_path / "gone.png")
    with pytest.raises(headers.UnreadableImage, match="is not a regular file"):
        headers.read_header(tmp_path)


def test_a_wrong_extension_is_an_error(tmp_path):
    png = headers.Header("PNG", 1, 1, 1)
    jpeg = headers.Header("JPEG", 1, 1, 1)
    jpegs = [(f"a.{end}", jpeg) for end in ("JPG", "jpeg", "jfif", "jpe")]
    for name, header in (("a.png", png), *jpegs):
        headers.check_suffix(pathlib.Path(name), header)
    with pytest.raises(
        headers.UnreadableImage, match="it is a PNG picture; rena"
    ):
        headers.check_suffix(pathlib.Path("a.jpg"), png)


def test_multi_picture_files_are_jpegs(tmp_path):
    photo = PIL.Image.fromarray(np.zeros((20, 30, 3), "uint8"))
    photo.save(
        tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[photo]
    )
    assert headers.read_header(tmp_path / "a.jpg").format == "JPEG"


@pytest.mark.parametrize("orientation", [0, 9, 1000])
def test_an_invalid_exif_orientation_is_ignored(tmp_path, orientation):
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    PIL.Image.new("RGB", (30, 20)).save(tmp_path / "a.jpg", exif=exif)
    assert headers.read_header(tmp_path / "a.jpg").decoder == 1
