"""Video codecs, and the container formats that support them.

All but ProRes are written as YCbCr 4:2:0 with 8 bits per channel, which every
player supports. VP9 and ProRes 4444 support an alpha channel.
"""

import pathlib
from typing import NamedTuple

import av

from cartoongan_tf.core import errors


class _Codec(NamedTuple):
    encoder: str
    quality: int  # Default.
    max_quality: int  # The worst; 0 is the best.
    options: dict[str, str]
    tag: str | None = None
    even: bool = False  # Supports even sizes only.
    pixels: str = "yuv420p"


class _Container(NamedTuple):
    format: str
    codecs: tuple[str, ...]
    sound: str = "aac"  # Codec of audio that has to be re-encoded.
    options: dict[str, str] = {}  # noqa: RUF012
    alpha: str | None = None  # Codec that supports an alpha channel.


class Encoding(NamedTuple):
    """Encoding of a video.

    Attributes:
        codec: One of `CODECS`.
        encoder: FFmpeg's name of the encoder.
        options: Encoder options.
        tag: Codec tag (FourCC) in the file, or None.
        even: Whether width and height must be even.
        format: FFmpeg's name of the container format.
        sound: Codec of audio that the container does not support as it is.
        file_options: Muxer options.
        pixels: FFmpeg's name of the pixel format.
        has_alpha: Whether an alpha channel is written.
    """

    codec: str
    encoder: str
    options: dict[str, str]
    tag: str | None
    even: bool
    format: str
    sound: str
    file_options: dict[str, str]
    pixels: str
    has_alpha: bool


_AVX_512F = 13  # Number of OpenCV's `CPU_AVX_512F`, which Python lacks.
# A resumed video should equal an uninterrupted one, as far as encoders are
# deterministic. With several threads, x264 encoded the same 30 frames to
# different bytes in 4 of 712 runs. With AVX-512 it did so on one thread, too,
# while a network was running: 8 of 52 videos; 0 of 118 without AVX-512, and
# none without its macroblock tree.
# Presets are fast ones: the network takes most of the time.
_CODECS = {
    "h264": _Codec(
        "libx264", 20, 51, {"preset": "veryfast", "threads": "1"}, even=True
    ),
    "h265": _Codec(
        "libx265",
        23,
        51,
        {
            "preset": "veryfast",
            "x265-params": "log-level=none:pools=none:frame-threads=1",
        },
        "hvc1",  # Required by QuickTime and phones.
        even=True,
    ),
    "vp9": _Codec(
        "libvpx-vp9",
        30,
        63,
        {"b": "0", "deadline": "good", "cpu-used": "5", "row-mt": "1"},
    ),
    "av1": _Codec("libsvtav1", 30, 63, {"preset": "10"}),
    "prores": _Codec(
        "prores_ks", 4, 31, {"profile": "4444"}, "ap4h", pixels="yuv444p10le"
    ),
}
_QP_TO_LAMBDA = 118  # FFmpeg's FF_QP2LAMBDA.
_FAST_START = {"movflags": "+faststart"}  # Plays before it is fully loaded.
_CONTAINERS = {
    ".mp4": _Container(
        "mp4", ("h264", "h265", "vp9", "av1"), options=_FAST_START
    ),
    ".mkv": _Container("matroska", ("h264", "h265", "vp9", "av1"), alpha="vp9"),
    ".mov": _Container(
        "mov", ("h264", "h265", "prores"), options=_FAST_START, alpha="prores"
    ),
    ".webm": _Container("webm", ("vp9", "av1"), sound="libopus", alpha="vp9"),
}
CODECS = tuple(_CODECS)
SUFFIXES = tuple(_CONTAINERS)


def choose(
    target: str | pathlib.Path,
    codec: str | None = None,
    quality: int | None = None,
    *,
    alpha: bool = False,
) -> Encoding:
    """Chooses the encoding of a video.

    Args:
        target: File to write; its extension selects the container format.
        codec: One of `CODECS`; by default, H.264, VP9 in WebM, and ProRes for
            an alpha channel in .mov.
        quality: Constant rate factor, or quantizer of ProRes: lower is better
            and larger. Up to 51 for H.264 and H.265, up to 63 for VP9 and AV1,
            up to 31 for ProRes.
        alpha: Whether the source has an alpha channel, which is kept if the
            codec and the container support it.

    Returns:
        The encoding.

    Raises:
        InputError: If the file extension or the codec is not supported, they
            cannot be combined, or the quality is out of range.
    """
    suffix = pathlib.Path(target).suffix.lower()
    if suffix not in _CONTAINERS:
        raise errors.InputError(
            f"{target}: videos can be written as {', '.join(SUFFIXES)}."
        )
    container = _CONTAINERS[suffix]
    if codec is None:
        keeps_alpha = alpha and container.format == "mov"
        codec = "prores" if keeps_alpha else container.codecs[0]
    if codec not in container.codecs:
        raise errors.InputError(
            f"{target}: {suffix} files support "
            f"{' or '.join(container.codecs)}, not {codec}."
        )
    properties = _CODECS[codec]
    quality = properties.quality if quality is None else quality
    if not 0 <= quality <= properties.max_quality:
        raise errors.InputError(
            f"a quality of {quality} is out of range: {codec} takes 0 (best) "
            f"to {properties.max_quality}."
        )
    _check_encoder(properties.encoder, codec)
    has_alpha = alpha and codec == container.alpha
    pixels = properties.pixels
    return Encoding(
        codec=codec,
        encoder=properties.encoder,
        options=_encoder_options(properties, quality, has_alpha),
        tag=properties.tag if container.format in ("mp4", "mov") else None,
        even=properties.even,
        format=container.format,
        sound=container.sound,
        file_options=container.options,
        pixels=pixels.replace("yuv4", "yuva4") if has_alpha else pixels,
        has_alpha=has_alpha,
    )


def _encoder_options(codec, quality, has_alpha):
    options = dict(codec.options)
    if codec.encoder == "prores_ks":
        options["flags"] = "+qscale"
        options["global_quality"] = str(max(1, quality) * _QP_TO_LAMBDA)
    else:
        options["crf"] = str(quality)
    # libvpx does not support alternate reference frames with alpha.
    if has_alpha and codec.encoder == "libvpx-vp9":
        options["auto-alt-ref"] = "0"
    if codec.encoder == "libx264":
        import cv2  # Imported here: the flags import this module.

        if cv2.checkHardwareSupport(_AVX_512F):
            options["x264-params"] = "asm=AVX2,FMA3,BMI2,LZCNT"
    return options


def _check_encoder(encoder, codec):
    try:
        av.codec.Codec(encoder, "w")
    except av.codec.codec.UnknownCodecError as error:
        raise errors.InputError(
            f"this FFmpeg has no {encoder} and cannot encode {codec}; choose "
            f"another of {', '.join(CODECS)}."
        ) from error
