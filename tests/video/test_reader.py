import fractions

import av
import clip_maker
import numpy as np
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.video import reader

CLOCK = fractions.Fraction(1, 30000)


@pytest.fixture
def uneven(random):
    """Ticks of a variable frame rate, as of phones and screen recorders."""
    steps = random.choice([500, 1001, 3600, 12000], 49)
    return [0, *np.cumsum(steps).tolist()]


def test_frames_have_exact_times(tmp_path, uneven):
    pictures = clip_maker.frames(50)
    path = clip_maker.write_clip(
        tmp_path / "clip.mp4", pictures, ticks=uneven, time_base=CLOCK
    )
    video = reader.VideoFile(path)
    found = list(video.frames())
    times = [tick * video.time_base for tick, _ in found]
    assert times == [tick * CLOCK for tick in uneven]
    for (_, actual), picture in zip(found, pictures, strict=True):
        assert np.abs(actual.astype(float) - picture).mean() < 6


@pytest.mark.parametrize("number", [0, 17, 49])
def test_reading_can_start_at_any_frame(tmp_path, uneven, number):
    pictures = clip_maker.frames(50)
    path = clip_maker.write_clip(
        tmp_path / "clip.mkv", pictures, ticks=uneven, time_base=CLOCK
    )
    video = reader.VideoFile(path)
    whole = list(video.frames())
    rest = list(video.frames(whole[number][0]))
    assert [tick for tick, _ in rest] == [tick for tick, _ in whole[number:]]
    for (_, one), (_, other) in zip(rest, whole[number:], strict=True):
        np.testing.assert_array_equal(one, other)


def test_frames_and_display_info_are_upright(tmp_path):
    (picture,) = clip_maker.frames(1)
    path = clip_maker.write_clip(tmp_path / "a.mp4", [picture] * 5, turn=90)
    video = reader.VideoFile(path)
    video.aspect = fractions.Fraction(4, 3)
    display, _ = video.display_info()
    upright = np.rot90(picture)
    assert display.size == (48, 64)
    assert display.aspect == fractions.Fraction(3, 4)
    for _, found in video.frames():
        assert found.shape == upright.shape
        assert np.abs(found.astype(float) - upright).mean() < 6


def test_the_matrix_of_an_untagged_video_depends_on_its_height(tmp_path):
    for height, matrix in [(48, 6), (720, 1)]:
        pictures = clip_maker.frames(2, height=height)
        path = clip_maker.write_clip(tmp_path / f"{height}.mp4", pictures)
        assert reader.VideoFile(path).display_info()[0].matrix == matrix


def test_reduced_bit_depth_is_reported(tmp_path):
    path = clip_maker.write_clip(
        tmp_path / "deep.mkv", clip_maker.frames(3), pixels="yuv420p10le"
    )
    (note,) = reader.VideoFile(path).display_info()[1]
    assert "deep.mkv has 10 bits per channel" in note


@pytest.mark.slow  # FFmpeg takes seconds to prepare.
@pytest.mark.parametrize(
    ("name", "curve", "gray", "white"),
    [("PQ", 16, 350, 572), ("HLG", 18, 350, 721)],
)
def test_hdr_is_tone_mapped(tmp_path, name, curve, gray, white):
    """10-bit codes of BT.2408's reference white, 203 cd/m2, and of a gray."""
    path = tmp_path / "hdr.mkv"
    planes = np.full((72, 64), 512, "uint16")
    planes[:48] = white
    planes[:48, :32] = gray
    frame = av.VideoFrame.from_ndarray(planes, "yuv420p10le")
    options = {"x265-params": "log-level=none:lossless=1"}
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx265", 24, options=options)
        stream.width, stream.height = 64, 48
        stream.pix_fmt = "yuv420p10le"
        for tagged in (stream.codec_context, frame):
            tagged.color_trc = curve
            tagged.color_primaries = tagged.colorspace = 9
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    video = reader.VideoFile(path)
    display, (note,) = video.display_info()
    assert display[2:] == (1, 1, 1)
    assert f"is HDR ({name})" in note
    ((_, picture),) = video.frames()
    assert picture[:, 34:].min() > 245
    assert np.ptp(picture[:, :30]) <= 2
    assert 70 < picture[:, :30].mean() < 105


@pytest.mark.parametrize("first", ["tff", "bff"])
def test_interlaced_frames_have_no_combing(tmp_path, first):
    """A bar moves by 4 pixels from one field to the next."""
    fields = np.full((40, 48, 96, 3), 30, "uint8")
    for number, field in enumerate(fields):
        field[:, 4 * number % 80 :][:, :12] = 220
    frames = fields[::2].copy()
    later = slice(1, None, 2) if first == "tff" else slice(0, None, 2)
    frames[:, later] = fields[1::2, later]
    path = tmp_path / "interlaced.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", 25, options={"x264-params": f"{first}=1", "crf": "4"}
        )
        stream.height, stream.width, stream.pix_fmt = 48, 96, "yuv420p"
        for frame in frames:
            made = av.VideoFrame.from_ndarray(frame, "rgb24")
            container.mux(stream.encode(made.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    video = reader.VideoFile(path)
    assert video.display_info()[1] == []
    found = [picture for _, picture in video.frames()]
    assert len(found) == len(frames)

    def combing(picture):
        rows = picture[..., 0].astype(float)
        return np.abs(rows[1:-1] - (rows[:-2] + rows[2:]) / 2).mean()

    assert combing(frames[10]) > 15
    assert max(map(combing, found[2:-2])) < 3


def test_tiny_videos_are_read(tmp_path):
    path = tmp_path / "tiny.mkv"
    clip_maker.write_clip(path, clip_maker.frames(4, 4, 6), codec="ffv1")
    found = [picture.shape for _, picture in reader.VideoFile(path).frames()]
    assert found == [(4, 6, 3)] * 4


def test_progressive_frames_are_unchanged(tmp_path):
    pictures = clip_maker.frames(12)
    path = clip_maker.write_clip(tmp_path / "a.mkv", pictures)
    with av.open(str(path)) as container:
        stored = [f.to_ndarray(format="rgb24") for f in container.decode()]
    for (_, found), frame in zip(
        reader.VideoFile(path).frames(), stored, strict=True
    ):
        np.testing.assert_array_equal(found, frame)


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "most"),
    [
        ("a.webm", "libvpx-vp9", "yuva420p", 8),
        ("a.webm", "libvpx", "yuva420p", 8),
        ("a.mov", "qtrle", "argb", 0),
        ("a.mov", "prores_ks", "yuva444p10le", 4),
    ],
)
def test_transparent_frames_are_composited_on_white(
    tmp_path, name, codec, pixels, most
):
    picture = np.full((64, 96, 4), (40, 90, 160, 255), "uint8")
    picture[:32, :48, 3] = 0
    picture[:32, 48:, 3] = 102
    path = clip_maker.write_transparent(
        tmp_path / name, [picture] * 3, codec, pixels
    )
    video = reader.VideoFile(path)
    assert video.has_alpha
    found = [picture for _, picture in video.frames()]
    assert len(found) == 3
    for rows, columns, color in [
        (slice(4, 28), slice(4, 44), (255, 255, 255)),
        (slice(4, 28), slice(52, 92), (169, 189, 217)),
        (slice(36, 60), slice(4, 92), (40, 90, 160)),
    ]:
        off = np.abs(found[1][rows, columns].astype(int) - color)
        assert off.max() <= most


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize("stills", [1, 7])
@pytest.mark.parametrize("first", ["video", "stills"])
def test_stills_beside_a_video_are_ignored(tmp_path, stills, first, suffix):
    path = tmp_path / f"motion_photo{suffix}"
    parts = {
        "video": clip_maker.frames(20),
        "stills": clip_maker.frames(stills, 96, 128),
    }
    with av.open(str(path), "w") as container:
        names = sorted(parts, key=lambda name: name != first)
        streams = {name: container.add_stream("mpeg4", 20) for name in names}
        for name, stream in streams.items():
            stream.height, stream.width = parts[name][0].shape[:2]
        for name, stream in streams.items():
            for picture in parts[name]:
                frame = av.VideoFrame.from_ndarray(picture, "rgb24")
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    found = [picture.shape for _, picture in reader.VideoFile(path).frames()]
    assert found == [(48, 64, 3)] * 20


def test_jumping_timestamps_become_continuous(tmp_path):
    pictures = clip_maker.frames(30)
    parts = [
        clip_maker.write_clip(
            tmp_path / f"{number}.ts",
            pictures,
            ticks=[shift + 1000 * n for n in range(30)],
            time_base=CLOCK,
        ).read_bytes()
        for number, shift in enumerate([0, 0, 10**7])
    ]
    path = tmp_path / "joined.ts"
    path.write_bytes(b"".join(parts))
    video = reader.VideoFile(path)
    found = list(video.frames())
    assert len(found) == 90
    steps = np.diff([float(tick * video.time_base) for tick, _ in found])
    np.testing.assert_allclose(steps, 1 / 30, atol=0.01)
    start, expected = found[65]
    tick, picture = next(video.frames(start))
    assert tick == start
    np.testing.assert_array_equal(picture, expected)


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
@pytest.mark.parametrize("gap", [1, 4])
def test_avi_frames_are_in_presentation_order(tmp_path, codec, gap):
    pictures = clip_maker.frames(20)
    ticks = [n if n < 10 else n + gap - 1 for n in range(20)]
    path = tmp_path / "a.avi"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, 25)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.bit_rate = 4_000_000
        stream.codec_context.max_b_frames = 2
        for tick, picture in zip(ticks, pictures, strict=True):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = tick, fractions.Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    found = list(reader.VideoFile(path).frames())
    for (_, actual), picture in zip(found, pictures, strict=True):
        assert np.abs(actual.astype(float) - picture).mean() < 6
    steps = np.diff([tick for tick, _ in found])
    assert sorted(steps) == [1] * 18 + [gap]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_long_audio_or_a_long_last_frame_is_not_truncation(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", fractions.Fraction(1, 4))
        video.height, video.width = 48, 64
        sound = container.add_stream("aac", 48000, layout="mono")
        for picture in clip_maker.frames(3):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        clip_maker.add_tone(container, sound, 16.0)
    video = reader.VideoFile(path)
    assert len(list(video.frames())) == 3
    assert video.end is None


def test_an_unknown_codec_is_reported(tmp_path):
    path = clip_maker.write_clip(tmp_path / "a.mp4", clip_maker.frames(3))
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzzz"))
    with pytest.raises(errors.InputError, match="video codec that FFmpeg"):
        reader.VideoFile(path)


def test_a_video_without_frames_is_reported(tmp_path):
    path = clip_maker.write_clip(tmp_path / "a.mkv", clip_maker.frames(30))
    path.write_bytes(path.read_bytes()[:1500])
    with pytest.raises(errors.InputError, match=r"a\.mkv"):
        reader.VideoFile(path).display_info()
