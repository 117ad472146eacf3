import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.video import codecs


@pytest.mark.parametrize(
    ("target", "codec"),
    [
        ("a.mp4", "h264"),
        ("a.MOV", "h264"),
        ("a.webm", "vp9"),
    ],
)
def test_the_ending_tells_the_codec(target, codec):
    assert codecs.choose(target).codec == codec


def test_quality_is_that_which_was_asked_for():
    assert codecs.choose("a.mp4", "av1", 51).options["crf"] == "51"
    default = codecs.choose("a.mp4", "h264").options["crf"]
    assert default == str(codecs._CODECS["h264"].quality)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a.gif",), r"a\.gif: videos can be written as \.mp4"),
        (("a.webm", "h264"), "hold vp9 or av1, not h264"),
        (("a.mp4", "h264", 52), "takes 0 .* to 51"),
        (("a.mp4", "h264", -1), "a quality of -1 is out of range"),
    ],
)
def test_impossible_settings_are_refused(arguments, message):
    with pytest.raises(errors.InputError, match=message):
        codecs.choose(*arguments)


def test_a_codec_that_ffmpeg_lacks_is_named(monkeypatch):
    lacking = codecs._CODECS["av1"]._replace(encoder="libnone")
    monkeypatch.setitem(codecs._CODECS, "av1", lacking)
    with pytest.raises(errors.InputError, match="has no libnone"):
        codecs.choose("a.mp4", "av1")
