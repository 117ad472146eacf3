import threading

import corner_cases
import PIL.Image
import PIL.PngImagePlugin
import pytest

from cartoongan_tf.images import animations
from cartoongan_tf.images import headers
from cartoongan_tf.images import photo_io
from cartoongan_tf.images import pictures
from cartoongan_tf.images import pillow_limit

LIMIT = 70_000  # Pixels; Pillow rejects pictures of twice that.
SIDE = 400


RED = [True, False, False]


def picture(color):
    return PIL.Image.new("RGB", (SIDE, SIDE), color)


@pytest.fixture(autouse=True)
def limit(monkeypatch):
    """A limit that the host has set; it must be restored in the end."""
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", LIMIT)
    text = PIL.PngImagePlugin.MAX_TEXT_CHUNK
    yield
    assert LIMIT == PIL.Image.MAX_IMAGE_PIXELS
    assert text == PIL.PngImagePlugin.MAX_TEXT_CHUNK


@pytest.mark.parametrize("format", ["GIF", "JPEG", "PNG", "TIFF", "WEBP"])
def test_photos_beyond_pillows_limit_are_read(format):
    data = corner_cases.encoded(picture("red"), format)
    assert (photo_io.read_photo(data).pixels[0, 0] > 200).tolist() == RED


def test_training_reads_pictures_beyond_pillows_limit(tmp_path):
    path = tmp_path / "photo.png"
    picture("red").convert("RGBA").save(path)
    assert headers.read_header(path).decoder == headers.PILLOW
    assert pictures.read_picture(path)[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("format", ["GIF", "PNG", "TIFF", "WEBP"])
def test_frames_beyond_pillows_limit_are_read(format):
    first, *rest = map(picture, ("lime", "blue", "red"))
    data = corner_cases.encoded(
        first, format, save_all=True, append_images=rest, disposal=2
    )
    shown = list(animations.Animation(data).frames())
    assert len(shown) == 3
    assert (shown[2].pixels[0, 0] > 200).tolist() == RED


def test_the_limit_is_restored_by_the_last_thread():
    """Blocks of two threads overlap; neither contains the other."""
    began, go_on = threading.Event(), threading.Event()

    def read():
        with pillow_limit.lifted():
            began.set()
            assert go_on.wait(60)

    thread = threading.Thread(target=read)
    with pillow_limit.lifted():
        thread.start()
        assert began.wait(60)
    assert PIL.Image.MAX_IMAGE_PIXELS is None
    go_on.set()
    thread.join()
    assert LIMIT == PIL.Image.MAX_IMAGE_PIXELS


def test_the_limit_is_restored_after_an_error(tmp_path):
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(headers.UnreadableImage):
        headers.read_header(tmp_path / "broken.png")
    with pytest.raises(headers.UnreadableImage):
        photo_io.read_photo(tmp_path / "broken.png")
