import fractions
import io

import av
import numpy as np
import pytest

from cartoongan_tf.video import audio_encoder


@pytest.fixture
def encode():
    """Encodes frames in stereo; returns packet times in seconds."""

    def encode(frames):
        with av.open(io.BytesIO(), "w", format="mp4") as container:
            stream = container.add_stream(
                "aac", audio_encoder.RATE, layout="stereo"
            )
            encoder = audio_encoder.AudioEncoder(stream)
            packets = [p for frame in frames for p in encoder.encode(frame)]
            packets += encoder.finish()
        return [
            float(ticks * packet.time_base)
            for packet in packets
            for ticks in (packet.pts, packet.pts + packet.duration)
        ]

    return encode


def frame(time, layout="stereo", rate=48000):
    channels = av.AudioLayout(layout).nb_channels
    samples = np.zeros((channels, rate // 10), "float32")
    made = av.AudioFrame.from_ndarray(samples, "fltp", layout)
    made.sample_rate, made.time_base = rate, fractions.Fraction(1, 1000)
    made.pts = time
    return made


def test_layout_and_sample_rate_may_change(encode):
    times = encode(
        [
            frame(0),
            frame(100, "5.1(side)"),
            frame(200, "mono", 22050),
            frame(300),
        ]
    )
    assert times == sorted(times)
    assert times[-1] == pytest.approx(0.4, abs=0.03)


@pytest.mark.parametrize("time", [None, 30])
def test_a_frame_without_a_timestamp_follows_the_previous_one(encode, time):
    times = encode([frame(0), frame(100), frame(time), frame(300)])
    assert times == sorted(times)
    assert times[-1] == pytest.approx(0.4, abs=0.03)


def test_gaps_are_kept(encode):
    times = encode([frame(0), frame(1000)])
    assert times[-1] == pytest.approx(1.1, abs=0.03)
