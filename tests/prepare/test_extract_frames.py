import film_maker
import numpy as np
import pytest

from cartoongan_tf.analysis import near_duplicates
from cartoongan_tf.core import errors
from cartoongan_tf.data import folder_scan
from cartoongan_tf.data import synthetic_scenes
from cartoongan_tf.images import pictures
from cartoongan_tf.prepare import extract_frames

HEIGHT, WIDTH = 180, 320
INSIDE = 136  # Rows between the bars.
BLACK = np.zeros((HEIGHT, WIDTH, 3), "uint8")
WHITE = np.full((HEIGHT, WIDTH, 3), 240, "uint8")


def scene(number):
    drawn = synthetic_scenes.draw_scene(number, WIDTH)[90 : 90 + INSIDE]
    return film_maker.with_bars(np.ascontiguousarray(drawn), HEIGHT)


SCENES = [scene(number) for number in range(9)]


def stretches():
    """Scenes 0 to 5, 7 and 8 are usable; 0 and 1 occur twice."""
    yield film_maker.still(BLACK, 1)
    yield film_maker.fade(BLACK, SCENES[0], 1)
    yield film_maker.still(SCENES[0], 1)
    yield film_maker.still(SCENES[1], 1)
    yield film_maker.fade(SCENES[1], SCENES[2], 1)
    yield film_maker.still(SCENES[2], 1)
    yield film_maker.still(SCENES[3], 1)
    yield film_maker.fade(SCENES[3], BLACK, 0.8)
    yield film_maker.still(BLACK, 0.5)
    yield film_maker.fade(BLACK, SCENES[4], 0.7)
    yield film_maker.still(SCENES[4], 1)
    yield film_maker.still(SCENES[0], 1)
    yield film_maker.still(SCENES[5], 1)
    yield film_maker.still(film_maker.blurred(SCENES[6], 5), 1)
    yield film_maker.still(SCENES[7], 1)
    yield film_maker.still(SCENES[1], 1)
    yield film_maker.still(WHITE, 1)
    yield film_maker.still(SCENES[8], 1)


EXPECTED = [0, 1, 2, 3, 4, 5, 7, 8]


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    path = tmp_path_factory.mktemp("films") / "My film: 1?.mkv"
    return film_maker.write_film(path, stretches())


@pytest.fixture(scope="module")
def finished(video, tmp_path_factory):
    output = tmp_path_factory.mktemp("whole") / "frames"
    return output, extract_frames.extract_frames(video, output)


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def correlation(one, other):
    return near_duplicates.fingerprint(one) @ near_duplicates.fingerprint(other)


def test_each_scene_is_kept_once_and_unchanged(finished):
    paths = folder_scan.scan_folder(finished[0], "cartoon_dir").paths
    frames = [pictures.read_picture(path) for path in paths]
    best = [
        max(range(9), key=lambda n: correlation(frame, inside(SCENES[n])))
        for frame in frames
    ]
    assert sorted(best) == EXPECTED
    for frame, number in zip(frames, best, strict=True):
        original = inside(SCENES[number])
        assert frame.shape == original.shape
        assert np.abs(frame.astype(float) - original).mean() < 8
        assert correlation(frame, original) > 0.995


def inside(picture):
    """Crops the bars of 22 rows, and 2 more rows each."""
    return picture[24 : HEIGHT - 24]


def test_the_summary_lists_dropped_frames(finished):
    output, summary = finished
    assert "8 frames kept, of 11 candidates" in summary
    assert "11 shots" in summary
    assert "1 blurred, 2 near duplicates" in summary
    assert "top 24, bottom 24\n" in summary
    assert "320x132" in summary
    assert "2,302 to 4,573" in summary
    assert "warning" not in summary
    report = output.with_name("frames-report")
    text = (report / "My film_ 1_.txt").read_text()
    assert text == summary + "\n"
    sheet = pictures.read_picture(report / "My film_ 1__1.png")
    assert sheet.shape[1] > 8 * 160


def test_names_contain_video_and_time(finished):
    names = sorted(path.name for path in finished[0].glob("*.png"))
    assert len(names) == 8
    assert all(name.startswith("My film_ 1__0000") for name in names)


def test_only_frames_and_a_record_remain(finished):
    hidden = [path.name for path in finished[0].glob(".*")]
    assert hidden == [".My film_ 1_.json"]


@pytest.mark.parametrize("seconds", [0.1, 4.5, 9, 13])
def test_a_resumed_video_results_in_the_same_files(
    video, finished, tmp_path, seconds
):
    def stop(stage, done, total):
        if stage == "Reading" and done > seconds:
            raise KeyboardInterrupt

    output = tmp_path / "frames"
    with pytest.raises(KeyboardInterrupt, match="same command again to resume"):
        extract_frames.extract_frames(video, output, on_progress=stop)
    assert not list(output.glob("*.png"))
    times = []
    extract_frames.extract_frames(
        video, output, on_progress=lambda stage, done, total: times.append(done)
    )
    assert times[0] > seconds - 2.5
    assert same_files(output, finished[0])


def same_files(output, other):
    """Compares all files but the summary, which names the folder."""
    one, two = (
        {
            name: data
            for name, data in contents(folder).items()
            if ".png" in name
        }
        for folder in (output, other)
    )
    return one == two


def test_choosing_can_be_interrupted_too(video, finished, tmp_path):
    def stop(stage, done, total):
        if stage == "Choosing" and done > 3:
            raise KeyboardInterrupt

    output = tmp_path / "frames"
    with pytest.raises(KeyboardInterrupt, match="to resume from"):
        extract_frames.extract_frames(video, output, on_progress=stop)
    stages = set()
    extract_frames.extract_frames(
        video, output, on_progress=lambda stage, done, total: stages.add(stage)
    )
    assert stages == {"Choosing"}
    assert same_files(output, finished[0])


def test_a_finished_video_is_not_processed_again(video, finished):
    output, summary = finished
    before = contents(output)
    again = extract_frames.extract_frames(video, output)
    assert again.startswith("Nothing to do")
    assert again.endswith(summary)
    assert contents(output) == before


def test_other_settings_replace_the_frames(tmp_path):
    panorama = np.hstack([scene[22:158] for scene in SCENES[:3]])
    path = film_maker.write_film(
        tmp_path / "pan.mkv", [film_maker.pan(panorama, WIDTH, 9)]
    )
    output = tmp_path / "frames"
    counts = []
    for most in (3, 1, 3):
        extract_frames.extract_frames(path, output, most_per_shot=most)
        counts.append(len(list(output.glob("*.png"))))
    assert counts == [3, 1, 3]
    extract_frames.extract_frames(path, output, short_side=100)
    for frame in folder_scan.scan_folder(output, "cartoon_dir").paths:
        assert pictures.read_picture(frame).shape == (100, 235, 3)


def test_a_shot_without_bars_keeps_its_height(tmp_path):
    full = synthetic_scenes.draw_scene(6, WIDTH)[90 : 90 + HEIGHT]
    video = film_maker.write_film(
        tmp_path / "a.mkv",
        [
            film_maker.still(picture, 1)
            for picture in (*SCENES[:3], np.ascontiguousarray(full))
        ],
    )
    extract_frames.extract_frames(video, tmp_path / "frames")
    paths = folder_scan.scan_folder(tmp_path / "frames", "cartoon_dir").paths
    heights = [pictures.read_picture(path).shape[0] for path in paths]
    assert heights == [132, 132, 132, 180]


def test_videos_may_share_a_folder(video, tmp_path):
    other = film_maker.write_film(
        tmp_path / "b.mkv", [film_maker.still(SCENES[6], 1)]
    )
    output = tmp_path / "frames"
    extract_frames.extract_frames(video, output)
    summary = extract_frames.extract_frames(other, output)
    assert "now contains 9 frames" in summary
    assert len(list(output.glob("b_*.png"))) == 1


def test_another_video_of_the_same_name_is_rejected(tmp_path):
    (tmp_path / "b").mkdir()
    for path, number in ((tmp_path / "a.mkv", 1), (tmp_path / "b/a.mkv", 2)):
        film_maker.write_film(path, [film_maker.still(SCENES[number], 1)])
    extract_frames.extract_frames(tmp_path / "a.mkv", tmp_path / "frames")
    with pytest.raises(errors.InputError, match=r"another video a\.mkv"):
        extract_frames.extract_frames(tmp_path / "b/a.mkv", tmp_path / "frames")


def test_no_frames_of_a_black_video_are_kept(tmp_path):
    path = film_maker.write_film(
        tmp_path / "black.mkv", [film_maker.still(BLACK, 1)]
    )
    summary = extract_frames.extract_frames(path, tmp_path / "frames")
    assert "0 frames kept" in summary
    assert "size of the frames: none" in summary


def test_a_truncated_video_gives_a_warning(video, tmp_path):
    half = tmp_path / "half.mkv"
    half.write_bytes(video.read_bytes()[: video.stat().st_size // 2])
    summary = extract_frames.extract_frames(half, tmp_path / "frames")
    assert "warning: the video is truncated at 0:00:" in summary
    assert len(list((tmp_path / "frames").glob("*.png"))) >= 3


@pytest.mark.parametrize(
    ("details", "blurs", "expected"),
    [
        ([3, 1, 5], [0, 0, 0], ([1, 5], 0, 1)),
        ([5, 1, 3], [0, 0, 9], ([5, 1], 1, 0)),
    ],
)
def test_the_better_of_two_near_duplicates_is_kept(details, blurs, expected):
    one, other = np.eye(2, dtype="float32")
    frames = [
        extract_frames.Frame(0.0, (4, 4), *measures, one)
        for measures in zip(details, blurs, (one, other, one), strict=True)
    ]
    kept, *counts = extract_frames.choose(frames)
    assert ([frame.detail for frame in kept], *counts) == expected
