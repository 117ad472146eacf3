"""Codecs of videos, and the files that can hold them.

All but ProRes are written as YCbCr 4:2:0 with 8 bits a channel, which every
player plays. VP9 and ProRes 4444 can have an alpha channel.
"""

import pathlib
from typing import NamedTuple

import av

from cartoongan_tf.core import errors


class _Codec(NamedTuple):
    encoder: str
    quality: int
    worst: int
    options: dict[str, str]
    tag: str | None = None
    even: bool = False  # Can hold even sizes only.
    pixels: str = "yuv420p"


class _Container(NamedTuple):
    format: str
    codecs: tuple[str, ...]
    sound: str = "aac"  # For sound that it cannot hold as it is.
    options: dict[str, str] = {}  # noqa: RUF012
    alpha: str | None = None  # The codec that can have an alpha channel.


class Encoding(NamedTuple):
    """Encoding of a video.

    Attributes:
        codec: Name of `CODECS`.
        encoder: FFmpeg's name of what encodes it.
        options: Of the encoder.
        tag: Of the codec in the file, or None.
        even: Whether a width and height must be even.
        format: FFmpeg's name of the file's kind.
        sound: Codec for sound that such a file cannot hold as it is.
        file_options: Of the file's kind.
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
# A video that was stopped is to end like another, as far as encoders let it. On
# several threads x264 gave 4 of 712 encodings of the same 30 frames in other
# bytes. With AVX-512 it did on one thread, too, beside a network that computes:
# 8 of 52 films; 0 of 118 without, nor without its macroblock tree.
# The speeds are quick ones: most of the time is the network's.
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
        "hvc1",  # As QuickTime and phones want it.
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
_LAMBDA = 118  # FFmpeg's unit of a quantizer.
_START = {"movflags": "+faststart"}  # So that it plays while it is loaded.
_CONTAINERS = {
    ".mp4": _Container("mp4", ("h264", "h265", "vp9", "av1"), options=_START),
    ".mkv": _Container("matroska", ("h264", "h265", "vp9", "av1"), alpha="vp9"),
    ".mov": _Container(
        "mov", ("h264", "h265", "prores"), options=_START, alpha="prores"
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
    """Chooses how to encode a video.

    Args:
        target: File to write; its ending tells the kind.
        codec: One of `CODECS`; by default, H.264, VP9 in WebM, and ProRes for
            an alpha channel in .mov.
        quality: Constant rate factor, or quantizer of ProRes: lower is better
            and larger. Up to 51 for H.264 and H.265, up to 63 for VP9 and AV1,
            up to 31 for ProRes.
        alpha: Whether there is an alpha channel, to be kept if it can be.

    Returns:
        The encoding.

    Raises:
        InputError: If the kind of file or the codec is unknown or missing, the
            one cannot hold the other, or the quality is out of range.
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
            f"{target}: {suffix} files hold {' or '.join(container.codecs)}, "
            f"not {codec}."
        )
    chosen = _CODECS[codec]
    quality = chosen.quality if quality is None else quality
    if not 0 <= quality <= chosen.worst:
        raise errors.InputError(
            f"a quality of {quality} is out of range: {codec} takes 0 (best) "
            f"to {chosen.worst}."
        )
    _require(chosen.encoder, codec)
    has_alpha = alpha and codec == container.alpha
    return Encoding(
        codec=codec,
        encoder=chosen.encoder,
        options=_options(chosen, quality, has_alpha),
        tag=chosen.tag if container.format in ("mp4", "mov") else None,
        even=chosen.even,
        format=container.format,
        sound=container.sound,
        file_options=container.options,
        pixels=chosen.pixels.replace("yuv4", "yuva4" if has_alpha else "yuv4"),
        has_alpha=has_alpha,
    )


def _options(chosen, quality, has_alpha):
    options = dict(chosen.options)
    if chosen.encoder == "prores_ks":
        options["flags"] = "+qscale"
        options["global_quality"] = str(max(1, quality) * _LAMBDA)
    else:
        options["crf"] = str(quality)
    # libvpx refuses frames that are not shown if they have an alpha channel.
    if has_alpha and chosen.encoder == "libvpx-vp9":
        options["auto-alt-ref"] = "0"
    if chosen.encoder == "libx264":
        import cv2  # Here, as flags need this module, and nothing of that.

        if cv2.checkHardwareSupport(_AVX_512F):
            options["x264-params"] = "asm=AVX2,FMA3,BMI2,LZCNT"
    return options


def _require(encoder, codec):
    try:
        av.codec.Codec(encoder, "w")
    except av.codec.codec.UnknownCodecError as error:
        raise errors.InputError(
            f"this FFmpeg has no {encoder} and cannot encode {codec}; choose "
            f"another of {', '.join(CODECS)}."
        ) from error
