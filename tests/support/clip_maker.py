"""Writers of short test videos with audio, subtitles and chapters."""

import fractions
import struct

import av
import cv2
import numpy as np

RATE = fractions.Fraction(30000, 1001)
TONE = 440
SAMPLES = 48000

_SAMPLES_PER_PACKET = 1024  # For codecs without a fixed frame size.
_MILLISECOND = fractions.Fraction(1, 1000)


def frames(count, height=48, width=64):
    """Returns moving pictures of increasing brightness."""
    texture = np.random.default_rng(0).integers(0, 256, (16, 24, 3), "uint8")
    wide = cv2.resize(texture, (2 * width, height))
    return [
        cv2.convertScaleAbs(
            wide[:, number : number + width], alpha=0.4, beta=2 * number
        )
        for number in range(count)
    ]


def write_clip(
    path,
    pictures,
    *,
    codec="libx264",
    sound=None,
    layout="stereo",
    samples=SAMPLES,
    subtitles=None,
    ticks=None,
    time_base=None,
    turn=0,
    pixels="yuv420p",
):
    """Encodes pictures, with audio of the same duration if requested."""
    ticks = list(range(len(pictures))) if ticks is None else ticks
    time_base = time_base or 1 / RATE
    with av.open(str(path), "w") as container:
        container.metadata["title"] = "A walk"
        video = container.add_stream(codec, RATE, options={"crf": "8"})
        video.height, video.width = pictures[0].shape[:2]
        video.pix_fmt = pixels
        video.codec_context.time_base = time_base
        if turn:
            video.set_display_rotation(turn)
        tone = sound and container.add_stream(sound, samples, layout=layout)
        if tone:
            tone.bit_rate = 64000
            tone.metadata["language"] = "ita"
        text = subtitles and container.add_mux_stream(subtitles)
        if text:
            text.metadata["language"] = "fra"
        container.set_chapters(_chapters())
        for tick, picture in zip(ticks, pictures, strict=True):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = tick, time_base
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if tone:
            add_tone(container, tone, float(ticks[-1] * time_base))
        if text:
            _add_text(container, text, subtitles)
    return path


def write_transparent(path, pictures, codec="libvpx-vp9", pixels="yuva420p"):
    """Encodes RGBA pictures at 10 frames per second."""
    options = {"auto-alt-ref": "0", "crf": "4"} if "vpx" in codec else {}
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, 10, options=options)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pixels
        stream.metadata["alpha_mode"] = "1"  # FFmpeg's command writes it, too.
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, "rgba")
            container.mux(stream.encode(frame.reformat(format=pixels)))
        container.mux(stream.encode(None))
    return path


def join_sizes(path, parts):
    """Encodes consecutive parts of different sizes as VP8 in WebM."""
    with av.open(str(path), "w") as container:
        packets = []
        for pictures in parts:
            context = av.CodecContext.create("libvpx", "w")
            context.height, context.width = pictures[0].shape[:2]
            context.pix_fmt = "yuv420p"
            context.time_base, context.bit_rate = 1 / RATE, 4_000_000
            for picture in pictures:
                frame = av.VideoFrame.from_ndarray(picture, "rgb24")
                packets += context.encode(frame.reformat(format="yuv420p"))
            packets += context.encode(None)
        stream = container.add_stream("libvpx", RATE)
        stream.height, stream.width = parts[0][0].shape[:2]
        for number, packet in enumerate(packets):
            packet.stream, packet.time_base = stream, 1 / RATE
            packet.pts = packet.dts = number
            container.mux(packet)
    return path


def set_display_matrix(path, matrix):
    """Sets the display matrix of an MP4 file.

    Args:
        path: File to change.
        matrix: Its four numbers: x to x, x to y, y to x and y to y.
    """
    fixed = [round(number * 65536) for number in matrix]
    x_to_x, x_to_y, y_to_x, y_to_y = fixed
    numbers = (x_to_x, x_to_y, 0, y_to_x, y_to_y, 0, 0, 0, 1 << 30)
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 44  # ISO/IEC 14496-12, 8.3.2.
    data[at : at + 36] = struct.pack(">9i", *numbers)
    path.write_bytes(data)


def _chapters():
    return [
        {
            "id": number,
            "start": 400 * number,
            "end": 400 * number + 400,
            "time_base": _MILLISECOND,
            "metadata": {"title": f"chapter {number}"},
        }
        for number in range(2)
    ]


def add_tone(container, stream, seconds):
    times = np.arange(int(SAMPLES * seconds)) / SAMPLES
    wave = (8000 * np.sin(2 * np.pi * TONE * times)).astype("int16")
    frame = av.AudioFrame.from_ndarray(np.repeat(wave, 2)[None], "s16")
    frame.sample_rate, frame.pts = SAMPLES, 0
    context = stream.codec_context
    resampler = av.AudioResampler(
        context.format,
        context.layout,
        context.sample_rate,
        _SAMPLES_PER_PACKET,
    )
    for part in resampler.resample(frame) + resampler.resample(None):
        container.mux(stream.encode(part))
    container.mux(stream.encode(None))


def _add_text(container, stream, codec):
    text = b"Hello"
    if codec == "mov_text":
        text = len(text).to_bytes(2, "big") + text
    packet = av.Packet(text)
    packet.stream, packet.time_base = stream, _MILLISECOND
    packet.pts = packet.dts = 200
    packet.duration = 300
    container.mux(packet)
