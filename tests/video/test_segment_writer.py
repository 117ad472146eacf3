import fractions

import av
import clip_maker
import numpy as np
import pytest

from cartoongan_tf.video import codecs
from cartoongan_tf.video import reader
from cartoongan_tf.video import segment_writer

CLOCK = fractions.Fraction(1, 30000)
COLORS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128)]


@pytest.fixture
def write(tmp_path):
    def write(pictures, encoding, display, ticks=None):
        path = tmp_path / "segment.nut"
        with segment_writer.SegmentWriter(
            path, encoding, display, time_base=CLOCK, rate=clip_maker.RATE
        ) as writer:
            ticks = range(0, 1001 * len(pictures), 1001) if not ticks else ticks
            for tick, picture in zip(ticks, pictures, strict=True):
                writer.write(tick, picture)
        return path

    return write


@pytest.mark.parametrize("codec", codecs.CODECS)
@pytest.mark.parametrize("matrix", [1, 6, 9])
def test_flat_colors_round_trip(write, codec, matrix):
    pictures = [np.full((48, 64, 3), color, "uint8") for color in COLORS]
    encoding = codecs.choose("a.mov" if codec == "prores" else "a.mp4", codec)
    display = reader.DisplayInfo((64, 48), matrix=matrix)
    video = reader.VideoFile(write(pictures, encoding, display))
    for (_, actual), color in zip(video.frames(), COLORS, strict=True):
        assert np.abs(actual.astype(int) - color).max() <= 3


@pytest.mark.parametrize("codec", codecs.CODECS)
def test_high_frame_rates_keep_their_times(tmp_path, codec):
    encoding = codecs.choose("a.mov" if codec == "prores" else "a.mp4", codec)
    path = tmp_path / "segment"
    with segment_writer.SegmentWriter(
        path,
        encoding,
        reader.DisplayInfo((64, 48)),
        time_base=fractions.Fraction(1, 960),
        rate=fractions.Fraction(960),
    ) as writer:
        for tick, picture in enumerate(clip_maker.frames(5)):
            writer.write(tick, picture)
    times = [
        float(packet.pts * packet.time_base)
        for packet in segment_writer.read_packets(path)
    ]
    np.testing.assert_allclose(sorted(times), np.arange(5) / 960, atol=1e-4)


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.mov"])
def test_time_bases_of_whole_frames_are_kept(tmp_path, name):
    """AVI and MXF files have them; WebM and MOV keep an alpha channel."""
    encoding = codecs.choose(name, alpha=True)
    path = tmp_path / "segment"
    with segment_writer.SegmentWriter(
        path,
        encoding,
        reader.DisplayInfo((64, 48)),
        time_base=1 / clip_maker.RATE,
        rate=clip_maker.RATE,
    ) as writer:
        for tick, picture in enumerate(clip_maker.frames(5)):
            alpha = np.full((48, 64), 99, "uint8")
            writer.write(tick, np.dstack([picture, alpha]))
    found = segment_writer.read_packets(path)
    times = sorted(float(packet.pts * packet.time_base) for packet in found)
    expected = [float(tick / clip_maker.RATE) for tick in range(5)]
    np.testing.assert_allclose(times, expected, atol=6e-4)


def test_color_tags_match_the_encoding(write):
    encoding = codecs.choose("a.mp4")
    display = reader.DisplayInfo((64, 48), matrix=5, primaries=5, transfer=4)
    path = write(clip_maker.frames(3), encoding, display)
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert context.colorspace == 5
        assert context.color_primaries == 5
        assert context.color_trc == 4
        assert context.color_range == 1


@pytest.mark.parametrize(
    ("codec", "size"),
    [
        ("h264", (66, 48)),
        ("h265", (66, 48)),
        ("vp9", (65, 47)),
        ("av1", (65, 47)),
    ],
)
def test_odd_sizes_are_kept_or_padded_by_one(write, codec, size):
    pictures = clip_maker.frames(3, height=47, width=65)
    encoding = codecs.choose("a.mp4", codec, 5)
    path = write(pictures, encoding, reader.DisplayInfo((65, 47)))
    video = reader.VideoFile(path)
    assert video.display_info()[0].size == size
    for (_, actual), picture in zip(video.frames(), pictures, strict=True):
        off = np.abs(actual[:47, :65].astype(float) - picture)
        assert off.mean() < 6
        # Scaling by 66 / 65 would shift the right edge by half a pixel.
        assert off[:, -8:].mean() < 1.5 * off.mean()


def test_a_frame_of_another_size_is_scaled(write):
    pictures = clip_maker.frames(2)
    pictures.append(clip_maker.frames(3, 96, 128)[-1])
    encoding = codecs.choose("a.mp4")
    path = write(pictures, encoding, reader.DisplayInfo((64, 48)))
    shapes = {p.shape for _, p in reader.VideoFile(path).frames()}
    assert shapes == {(48, 64, 3)}


@pytest.mark.parametrize("codec", codecs.CODECS)
def test_packets_have_the_written_ticks(write, codec, random):
    ticks = np.cumsum(random.choice([500, 1001, 12000], 20)).tolist()
    encoding = codecs.choose("a.mov" if codec == "prores" else "a.mp4", codec)
    display = reader.DisplayInfo((64, 48))
    path = write(clip_maker.frames(20), encoding, display, ticks)
    packets = segment_writer.read_packets(path)
    times = sorted(packet.pts * packet.time_base for packet in packets)
    assert times == [tick * CLOCK for tick in ticks]
