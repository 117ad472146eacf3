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
def test_default_codec_depends_on_the_extension(target, codec):
    assert codecs.choose(target).codec == codec


def test_quality_is_applied():
    assert codecs.choose("a.mp4", "av1", 51).options["crf"] == "51"
    default = codecs.choose("a.mp4", "h264").options["crf"]
    assert default == str(codecs._CODECS["h264"].quality)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a.gif",), r"a\.gif: videos can be written as \.mp4"),
        (("a.webm", "h264"), "support vp9 or av1, not h264"),
        (("a.mp4", "h264", 52), "takes 0 .* to 51"),
        (("a.mp4", "h264", -1), "a quality of -1 is out of range"),
    ],
)
def test_invalid_settings_are_rejected(arguments, message):
    with pytest.raises(errors.InputError, match=message):
        codecs.choose(*arguments)


def test_a_missing_encoder_is_reported(monkeypatch):
    lacking = codecs._CODECS["av1"]._replace(encoder="libnone")
    monkeypatch.setitem(codecs._CODECS, "av1", lacking)
    with pytest.raises(errors.InputError, match="has no libnone"):
        codecs.choose("a.mp4", "av1")


@pytest.mark.parametrize(
    ("target", "codec", "chosen", "pixels"),
    [
        ("a.mov", None, "prores", "yuva444p10le"),
        ("a.mov", "h264", "h264", "yuv420p"),
        ("a.webm", None, "vp9", "yuva420p"),
        ("a.webm", "av1", "av1", "yuv420p"),
        ("a.mkv", "vp9", "vp9", "yuva420p"),
        ("a.mp4", "vp9", "vp9", "yuv420p"),
    ],
)
def test_an_alpha_channel_is_kept_if_supported(target, codec, chosen, pixels):
    encoding = codecs.choose(target, codec, alpha=True)
    assert (encoding.codec, encoding.pixels) == (chosen, pixels)
    assert encoding.has_alpha == pixels.startswith("yuva")


def test_prores_quality_sets_the_quantizer():
    encoding = codecs.choose("a.mov", "prores", 5)
    assert encoding.options["global_quality"] == str(5 * 118)
    assert encoding.pixels == "yuv444p10le"
