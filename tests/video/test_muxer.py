import fractions
import itertools

import av
import clip_maker
import numpy as np
import pytest

from cartoongan_tf.video import codecs
from cartoongan_tf.video import muxer
from cartoongan_tf.video import reader
from cartoongan_tf.video import segment_writer

CLOCK = fractions.Fraction(1, 30000)
KINDS = [
    (suffix, codec)
    for suffix, container in codecs._CONTAINERS.items()
    for codec in container.codecs
]
DISPLAY = reader.DisplayInfo((64, 48))


@pytest.fixture
def segments(tmp_path):
    """Writes pictures as three segments."""

    def write(pictures, ticks, encoding, time_base=CLOCK, display=DISPLAY):
        paths = []
        length = len(pictures) // 3
        timed = zip(ticks, pictures, strict=True)
        for number in range(3):
            paths.append(tmp_path / f"{number}.nut")
            with segment_writer.SegmentWriter(
                paths[-1],
                encoding,
                display,
                time_base=time_base,
                rate=clip_maker.RATE,
            ) as writer:
                for tick, picture in itertools.islice(timed, length):
                    writer.write(tick, picture)
                writer.finish()
        return paths

    return write


@pytest.fixture
def make_source(tmp_path):
    def make(name, **tracks):
        path = tmp_path / name
        clip_maker.write_clip(path, clip_maker.frames(45), **tracks)
        return reader.VideoFile(path)

    return make


def mux(segments, target, source, **settings):
    """Joins the frames of a source to themselves."""
    encoding = codecs.choose(target)
    frames = list(source.frames())
    paths = segments(
        [picture for _, picture in frames],
        [tick for tick, _ in frames],
        encoding,
        source.time_base,
    )
    return muxer.mux(
        paths,
        target,
        encoding,
        display=DISPLAY,
        rate=source.rate,
        source=source,
        **settings,
    )


def packets(path, kind):
    with av.open(str(path)) as container:
        stream = container.streams.get({kind: 0})[0]
        return [
            (float(packet.pts * packet.time_base), bytes(packet))
            for packet in container.demux(stream)
            if packet.size
        ]


@pytest.mark.parametrize(("suffix", "codec"), KINDS)
def test_all_frames_come_in_order_at_their_times(
    tmp_path, segments, random, suffix, codec
):
    """Uneven ones, too: an encoder's own times overlap at a join."""
    ticks = np.cumsum(random.choice([500, 1001, 3600, 12000], 45)).tolist()
    pictures = clip_maker.frames(45)
    target = tmp_path / f"whole{suffix}"
    encoding = codecs.choose(target, codec, 10)
    paths = segments(pictures, ticks, encoding)
    muxer.mux(paths, target, encoding, display=DISPLAY, rate=clip_maker.RATE)
    video = reader.VideoFile(target)
    found = list(video.frames())
    assert len(found) == 45
    times = np.array([float(tick * video.time_base) for tick, _ in found])
    expected = np.array([float((tick - ticks[0]) * CLOCK) for tick in ticks])
    if video.time_base == fractions.Fraction(1, 1000):  # Matroska's clock.
        np.testing.assert_allclose(times, expected, atol=0.0011)
    else:
        np.testing.assert_allclose(times, expected, atol=1e-9)
    for (_, actual), picture in zip(found, pictures, strict=True):
        assert np.abs(actual.astype(float) - picture).mean() < 6


@pytest.mark.parametrize(
    ("name", "sound", "subtitles", "suffix"),
    [
        ("a.mp4", "aac", "mov_text", ".mp4"),
        ("a.mp4", "aac", "mov_text", ".mov"),
        ("a.mkv", "libopus", "subrip", ".mkv"),
        ("a.mkv", "libopus", "webvtt", ".webm"),
    ],
)
def test_sound_and_subtitles_are_copied(
    tmp_path, segments, make_source, name, sound, subtitles, suffix
):
    source = make_source(name, sound=sound, subtitles=subtitles)
    target = tmp_path / f"b{suffix}"
    assert mux(segments, target, source) == []
    for kind in ("audio", "subtitles"):
        before, after = packets(source.path, kind), packets(target, kind)
        assert [data for _, data in after] == [data for _, data in before]
        np.testing.assert_allclose(
            [time for time, _ in after],
            [time for time, _ in before],
            atol=0.0011,
        )
    with av.open(str(target)) as container:
        assert container.streams.audio[0].language == "ita"
        assert container.streams.subtitles[0].language == "fra"


def test_titles_and_chapters_are_kept(tmp_path, segments, make_source):
    target = tmp_path / "b.mkv"
    mux(segments, target, make_source("a.mp4", sound="aac"))
    with av.open(str(target)) as container:
        assert container.metadata["title"] == "A walk"
        assert "major_brand" not in map(str.lower, container.metadata)
        names = [
            chapter["metadata"]["title"] for chapter in container.chapters()
        ]
        begins = [
            float(c["start"] * c["time_base"]) for c in container.chapters()
        ]
    assert names == ["chapter 0", "chapter 1"]
    assert begins == [0.0, 0.4]


def test_sound_that_cannot_be_held_is_encoded_anew(
    tmp_path, segments, make_source
):
    source = make_source("a.mp4", sound="aac")
    target = tmp_path / "b.webm"
    (note,) = mux(segments, target, source)
    assert "sound track 1 (aac) is re-encoded, as opus" in note
    with av.open(str(target)) as container:
        frames = [f.to_ndarray()[0] for f in container.decode(audio=0)]
    wave = np.concatenate(frames)
    spectrum = np.abs(np.fft.rfft(wave))
    peak = np.argmax(spectrum) * clip_maker.SAMPLES / len(wave)
    assert peak == pytest.approx(clip_maker.TONE, abs=2)
    assert len(wave) / clip_maker.SAMPLES == pytest.approx(44 / 29.97, abs=0.05)


def test_subtitles_that_cannot_be_held_are_named(
    tmp_path, segments, make_source
):
    source = make_source("a.mp4", subtitles="mov_text")
    (note,) = mux(segments, tmp_path / "b.mkv", source)
    assert "a.mp4: subtitle track 1 (mov_text) cannot be held" in note


def test_fonts_are_kept(tmp_path, segments):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", 24)
        video.width, video.height = 64, 48
        container.add_attachment("a.ttf", "font/ttf", b"letters")
        for picture in clip_maker.frames(30):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    target = tmp_path / "b.mkv"
    mux(segments, target, reader.VideoFile(path))
    with av.open(str(target)) as container:
        (font,) = container.streams.attachments
        assert font.data == b"letters"
        assert font.metadata["filename"] == "a.ttf"


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_the_cover_is_kept(tmp_path, segments, suffix):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        cover = container.add_stream("mjpeg", 1)
        cover.width, cover.height, cover.pix_fmt = 32, 24, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        film = container.add_stream("libx264", 24)
        film.width, film.height = 64, 48
        small = clip_maker.frames(1, 24, 32)
        for stream, pictures in [(cover, small), (film, clip_maker.frames(30))]:
            for picture in pictures:
                frame = av.VideoFrame.from_ndarray(picture, "rgb24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    target = tmp_path / f"b{suffix}"
    assert mux(segments, target, reader.VideoFile(path)) == []
    with av.open(str(target)) as container:
        covers = [
            stream
            for stream in container.streams.video
            if stream.disposition & av.stream.Disposition.attached_pic
        ]
        assert [(s.width, s.height) for s in covers] == [(32, 24)]


def test_sound_that_begins_first_keeps_its_lead(tmp_path, segments):
    path = tmp_path / "a.mkv"
    ticks = range(1500, 1500 + 45 * 33, 33)
    clip_maker.write_clip(
        path,
        clip_maker.frames(45),
        sound="libopus",
        ticks=ticks,
        time_base=fractions.Fraction(1, 1000),
    )
    source = reader.VideoFile(path)
    target = tmp_path / "b.mp4"
    mux(segments, target, source)
    assert reader.VideoFile(target).start_offset == pytest.approx(1.5, abs=0.01)
    assert packets(target, "audio")[0][0] == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", "vp9"), ("a.mkv", "h264")]
)
def test_pixels_that_are_not_square_stay_so(tmp_path, segments, name, codec):
    aspect = fractions.Fraction(4, 3)
    display = DISPLAY._replace(aspect=aspect)
    encoding = codecs.choose(name, codec)
    ticks = range(0, 30 * 1001, 1001)
    paths = segments(clip_maker.frames(30), ticks, encoding, display=display)
    target = tmp_path / name
    muxer.mux(paths, target, encoding, display=display, rate=clip_maker.RATE)
    assert reader.VideoFile(target).aspect == aspect


def test_a_file_that_cannot_say_so_is_named(tmp_path, segments):
    display = DISPLAY._replace(aspect=fractions.Fraction(4, 3))
    encoding = codecs.choose("a.webm")
    ticks = range(0, 30 * 1001, 1001)
    paths = segments(clip_maker.frames(30), ticks, encoding, display=display)
    target = tmp_path / "a.webm"
    (note,) = muxer.mux(
        paths, target, encoding, display=display, rate=clip_maker.RATE
    )
    assert "its pixels are not square (4/3)" in note


def test_an_mp4_plays_before_it_is_loaded(tmp_path, segments, make_source):
    target = tmp_path / "b.mp4"
    mux(segments, target, make_source("a.mp4"))
    data = target.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_h265_is_tagged_as_phones_want_it(tmp_path, segments):
    encoding = codecs.choose("a.mp4", "h265")
    ticks = range(0, 30 * 1001, 1001)
    paths = segments(clip_maker.frames(30), ticks, encoding)
    target = tmp_path / "a.mp4"
    muxer.mux(paths, target, encoding, display=DISPLAY, rate=clip_maker.RATE)
    assert b"hvc1" in target.read_bytes()
