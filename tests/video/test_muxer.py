import fractions
import itertools
import re

import av
import clip_maker
import numpy as np
import pytest

from cartoongan_tf.video import codecs
from cartoongan_tf.video import muxer
from cartoongan_tf.video import reader
from cartoongan_tf.video import segment_writer
from cartoongan_tf.video import stream_copy

CLOCK = fractions.Fraction(1, 30000)
COMBINATIONS = [
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
    """Writes a source again with its own frames; returns all notes."""
    encoding = codecs.choose(target)
    frames = list(source.frames())
    paths = segments(
        [picture for _, picture in frames],
        [tick for tick, _ in frames],
        encoding,
        source.time_base,
    )
    predicted = muxer.find_unsupported(target, encoding, DISPLAY, source)
    return predicted + muxer.mux(
        paths,
        target,
        encoding,
        display=DISPLAY,
        rate=source.rate,
        source=source,
        **settings,
    )


def tone_of(path):
    """Returns frequency, seconds, channels and codec of a file's audio."""
    with av.open(str(path)) as container:
        context = container.streams.audio[0].codec_context
        frames = [f.to_ndarray() for f in container.decode(audio=0)]
        count, name = context.layout.nb_channels, context.name
        is_planar = context.format.is_planar
    wave = np.concatenate(
        [f[0] if is_planar else f[0, ::count] for f in frames]
    )
    spectrum = np.abs(np.fft.rfft(wave - wave.mean()))
    seconds = len(wave) / context.sample_rate
    return np.argmax(spectrum) / seconds, seconds, count, name


def packets(path, kind):
    with av.open(str(path)) as container:
        stream = container.streams.get({kind: 0})[0]
        return [
            (float(packet.pts * packet.time_base), bytes(packet))
            for packet in container.demux(stream)
            if packet.size
        ]


@pytest.mark.parametrize(("suffix", "codec"), COMBINATIONS)
def test_frames_keep_their_order_and_times(
    tmp_path, segments, random, suffix, codec
):
    """Frame rates may vary; decoding times of segments overlap."""
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
def test_audio_and_subtitles_are_copied(
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


@pytest.mark.parametrize("name", ["b.mp4", "b.mov", "b.mkv"])
def test_the_time_code_is_kept(tmp_path, segments, name):
    path = tmp_path / "a.mov"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", clip_maker.RATE)
        video.width, video.height = 64, 48
        video.metadata["timecode"] = "15:40:28;28"
        for picture in clip_maker.frames(30):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    target = tmp_path / name
    assert mux(segments, target, reader.VideoFile(path)) == []
    with av.open(str(target)) as container:
        tags = container.streams.video[0].metadata
    code = {key.lower(): value for key, value in tags.items()}["timecode"]
    assert code == "15:40:28;28"


@pytest.mark.parametrize("suffix", [".mkv", ".avi"])
def test_titles_of_other_encodings_are_kept(
    tmp_path, segments, make_source, suffix
):
    source = make_source(f"a{suffix}", codec="mpeg4", sound="mp2").path
    data = source.read_bytes()
    for old, new in [
        (b"A walk", "Caf\xe9 5".encode("latin-1")),
        (b"chapter 0", "chap\xeetres".encode("latin-1")),
    ]:
        assert old in data or suffix == ".avi"  # AVI has no chapters.
        data = data.replace(old, new)
    source.write_bytes(data)
    target = tmp_path / "b.mkv"
    assert mux(segments, target, reader.VideoFile(source)) == []
    with av.open(str(target), metadata_encoding="latin-1") as container:
        assert container.metadata["title"] == "Caf\xe9 5"
        chapters = [c["metadata"]["title"] for c in container.chapters()]
        assert container.streams.audio
    expected = ["chap\xeetres", "chapter 1"] if suffix == ".mkv" else []
    assert chapters == expected


def test_unsupported_audio_is_reencoded(tmp_path, segments, make_source):
    source = make_source("a.mp4", sound="aac")
    target = tmp_path / "b.webm"
    (note,) = mux(segments, target, source)
    assert "audio track 1 (aac) is re-encoded as opus" in note
    peak, seconds, _, _ = tone_of(target)
    assert peak == pytest.approx(clip_maker.TONE, abs=2)
    assert seconds == pytest.approx(44 / 29.97, abs=0.05)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov", ".webm"])
@pytest.mark.parametrize(
    ("name", "codec", "pixels", "sound", "samples", "channels"),
    [
        ("a.avi", "mjpeg", "yuvj420p", "pcm_s16le", 22050, 2),
        ("a.avi", "mjpeg", "yuvj420p", "pcm_u8", 11025, 1),
        ("a.avi", "mpeg4", "yuv420p", "adpcm_ima_wav", 22050, 2),
        ("a.wmv", "wmv2", "yuv420p", "wmav2", 44100, 2),
        ("a.wmv", "wmv2", "yuv420p", "pcm_mulaw", 8000, 1),
        ("a.wmv", "wmv2", "yuv420p", "adpcm_ms", 22050, 2),
    ],
)
def test_audio_without_a_named_layout_is_kept(
    tmp_path,
    segments,
    make_source,
    suffix,
    name,
    codec,
    pixels,
    sound,
    samples,
    channels,
):
    source = make_source(
        name,
        codec=codec,
        pixels=pixels,
        sound=sound,
        samples=samples,
        layout={1: "mono", 2: "stereo"}[channels],
        time_base=fractions.Fraction(1, 30),
    )
    target = tmp_path / f"b{suffix}"
    notes = mux(segments, target, source)
    assert not any("left out" in note for note in notes)
    peak, seconds, count, _ = tone_of(target)
    assert peak == pytest.approx(clip_maker.TONE, abs=2)
    assert seconds == pytest.approx(44 / 29.97, abs=0.06)
    assert count == channels


def test_dvd_surround_audio_is_kept_in_webm(tmp_path, segments, make_source):
    source = make_source("a.mkv", sound="ac3", layout="5.1(side)")
    target = tmp_path / "b.webm"
    (note,) = mux(segments, target, source)
    assert "audio track 1 (ac3) is re-encoded as opus." in note
    peak, _, count, _ = tone_of(target)
    assert peak == pytest.approx(clip_maker.TONE, abs=2)
    assert count == 6


def test_unsupported_channel_counts_are_mixed_down(
    tmp_path, segments, make_source
):
    source = make_source("a.mkv", sound="pcm_s16le", layout="hexadecagonal")
    target = tmp_path / "b.webm"
    (note,) = mux(segments, target, source)
    assert "re-encoded as opus, mixed down to 7.1" in note
    with av.open(str(target)) as container:
        assert container.streams.audio[0].layout.name == "7.1"
        assert sum(f.samples for f in container.decode(audio=0)) > 60_000


def test_undecodable_audio_is_left_out_and_reported(tmp_path, segments):
    path = clip_maker.write_clip(
        tmp_path / "a.mkv", clip_maker.frames(45), sound="pcm_s16le"
    )
    path.write_bytes(path.read_bytes().replace(b"A_PCM/INT", b"A_XYZ/INT"))
    target = tmp_path / "b.mp4"
    (note,) = mux(segments, target, reader.VideoFile(path))
    assert "a.mkv: audio track 1 (unknown) cannot be re-encoded" in note
    with av.open(str(target)) as container:
        assert not container.streams.audio


def test_audio_after_a_wrong_timestamp_is_kept(tmp_path, segments, random):
    path = clip_maker.write_clip(
        tmp_path / "a.ts", clip_maker.frames(45), sound="aac"
    )
    data = np.frombuffer(path.read_bytes(), "uint8").reshape(-1, 188).copy()
    sound = np.flatnonzero((data[:, 1] & 31 == 1) & (data[:, 2] == 1))
    damaged = sound[len(sound) // 2 :][:3]
    data[damaged, 20:] = random.integers(0, 256, (3, 168), "uint8")
    path.write_bytes(data.tobytes())
    target = tmp_path / "b.mp4"
    (note,) = mux(segments, target, reader.VideoFile(path))
    assert "a.ts: damaged parts of its audio" in note
    assert tone_of(target)[1] == pytest.approx(44 / 29.97, abs=0.2)


def test_concatenated_recordings_keep_all_audio(tmp_path, segments):
    parts = [
        clip_maker.write_clip(
            tmp_path / name, clip_maker.frames(45), sound="aac"
        ).read_bytes()
        for name in ("first.ts", "second.ts")
    ]
    path = tmp_path / "a.ts"
    path.write_bytes(b"".join(parts))
    target = tmp_path / "b.mp4"
    assert mux(segments, target, reader.VideoFile(path)) == []
    sound = [time for time, _ in packets(target, "audio")]
    video = sorted(time for time, _ in packets(target, "video"))
    assert len(video) == 90
    assert video[-1] - video[0] == pytest.approx(89 / 29.97, abs=0.05)
    assert sound[-1] == pytest.approx(89 / 29.97, abs=0.1)
    assert max(np.diff(sound)) < 0.1


def test_video_before_time_zero_keeps_its_offset(tmp_path, segments):
    path = tmp_path / "a.mkv"
    with av.open(
        str(path), "w", container_options={"avoid_negative_ts": "disabled"}
    ) as container:
        video = container.add_stream("mpeg4", 30)
        video.height, video.width = 48, 64
        sound = container.add_stream("aac", 48000, layout="mono")
        for picture in clip_maker.frames(45):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            for packet in video.encode(frame):
                second = round(1 / packet.time_base)
                packet.pts, packet.dts = packet.pts - second, None
                container.mux(packet)
        clip_maker.add_tone(container, sound, 0.5)
    target = tmp_path / "b.mp4"
    source = reader.VideoFile(path)
    lead = -source.start
    assert lead == pytest.approx(1, abs=0.05)
    mux(segments, target, source)
    picture, sound = (
        min(time for time, _ in packets(target, kind))
        for kind in ("video", "audio")
    )
    assert sound - picture == pytest.approx(lead - 1024 / 48000, abs=0.01)


@pytest.fixture
def with_step_back(make_source):
    """A video whose 20th audio packet has the timestamp of an earlier one."""
    path = make_source("a.mkv", sound="libmp3lame").path
    data = bytearray(path.read_bytes())
    blocks = rb"\xa3(?:[\x40-\x4f].|[\x80-\xff])\x82"
    at = [match.end() for match in re.finditer(blocks, data)][20]
    data[at : at + 2] = (5).to_bytes(2, "big")
    path.write_bytes(data)
    return reader.VideoFile(path)


def test_a_timestamp_going_back_does_not_lose_the_audio(
    tmp_path, segments, with_step_back
):
    target = tmp_path / "b.mp4"
    assert mux(segments, target, with_step_back) == []
    assert tone_of(target)[1] == pytest.approx(44 / 29.97, abs=0.1)


def test_only_packets_that_the_muxer_rejects_are_left_out(
    tmp_path, segments, with_step_back, monkeypatch
):
    monkeypatch.setattr(
        stream_copy, "_drop_disordered", lambda packets: packets
    )
    target = tmp_path / "b.mp4"
    (note,) = mux(segments, target, with_step_back)
    assert "a.mkv: damaged parts of its audio or subtitles are left" in note
    assert tone_of(target)[1] == pytest.approx(44 / 29.97, abs=0.1)


def test_audio_that_breaks_the_target_is_left_out(
    tmp_path, segments, make_source, monkeypatch
):
    """The MP4 muxer rejects seven unnamed channels only in the trailer."""
    source = make_source("a.mkv", sound="pcm_s16le", layout="6.1")
    monkeypatch.setattr(stream_copy, "_is_supported", lambda *args: True)
    target = tmp_path / "b.mp4"
    (note,) = mux(segments, target, source)
    assert "a.mkv: its audio and subtitles cannot be kept" in note
    assert len(list(reader.VideoFile(target).frames())) == 45


def test_unsupported_subtitles_are_reported(tmp_path, segments, make_source):
    source = make_source("a.mp4", subtitles="mov_text")
    (note,) = mux(segments, tmp_path / "b.mkv", source)
    assert "a.mp4: subtitle track 1 (mov_text) is not supported" in note


def test_fonts_are_kept(tmp_path, segments):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", 24)
        video.width, video.height = 64, 48
        container.add_attachment("a.ttf", "font/ttf", b"letters")
        container.add_attachment("b%.ttf", "font/ttf", b"more")
        for picture in clip_maker.frames(30):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    # A name in a legacy encoding.
    path.write_bytes(path.read_bytes().replace(b"b%.ttf", b"b\xe9.ttf"))
    target = tmp_path / "b.mkv"
    mux(segments, target, reader.VideoFile(path))
    with av.open(str(target)) as container:
        font, other = container.streams.attachments
        assert (other.data, other.metadata["filename"]) == (b"more", "b?.ttf")
        assert font.data == b"letters"
        assert font.metadata["filename"] == "a.ttf"


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_the_cover_is_kept(tmp_path, segments, suffix):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        cover = container.add_stream("mjpeg", 1)
        cover.width, cover.height, cover.pix_fmt = 32, 24, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        video = container.add_stream("libx264", 24)
        video.width, video.height = 64, 48
        small = clip_maker.frames(1, 24, 32)
        frames = clip_maker.frames(30)
        for stream, pictures in [(cover, small), (video, frames)]:
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


def test_audio_that_starts_first_keeps_its_offset(tmp_path, segments):
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
def test_the_pixel_aspect_ratio_is_kept(tmp_path, segments, name, codec):
    aspect = fractions.Fraction(4, 3)
    display = DISPLAY._replace(aspect=aspect)
    encoding = codecs.choose(name, codec)
    ticks = range(0, 30 * 1001, 1001)
    paths = segments(clip_maker.frames(30), ticks, encoding, display=display)
    target = tmp_path / name
    muxer.mux(paths, target, encoding, display=display, rate=clip_maker.RATE)
    assert reader.VideoFile(target).aspect == aspect


def test_an_unsupported_pixel_aspect_ratio_is_reported(
    tmp_path, segments, make_source
):
    display = DISPLAY._replace(aspect=fractions.Fraction(4, 3))
    encoding = codecs.choose("a.webm")
    ticks = range(0, 30 * 1001, 1001)
    paths = segments(clip_maker.frames(30), ticks, encoding, display=display)
    target = tmp_path / "a.webm"
    source = make_source("a.mp4")
    (note,) = muxer.find_unsupported(target, encoding, display, source)
    muxer.mux(paths, target, encoding, display=display, rate=clip_maker.RATE)
    assert "its pixels are not square (4/3)" in note


def test_an_mp4_has_its_index_first(tmp_path, segments, make_source):
    target = tmp_path / "b.mp4"
    mux(segments, target, make_source("a.mp4"))
    data = target.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_h265_has_the_tag_that_phones_require(tmp_path, segments):
    encoding = codecs.choose("a.mp4", "h265")
    ticks = range(0, 30 * 1001, 1001)
    paths = segments(clip_maker.frames(30), ticks, encoding)
    target = tmp_path / "a.mp4"
    muxer.mux(paths, target, encoding, display=DISPLAY, rate=clip_maker.RATE)
    assert b"hvc1" in target.read_bytes()
