import numpy as np
import pytest

from cartoongan_tf.data import folder_scan
from cartoongan_tf.images import pictures
from cartoongan_tf.prepare import frame_folders


@pytest.fixture
def make(tmp_path):
    def make_for(name):
        video = tmp_path / name
        video.write_text("video")
        return frame_folders.FrameFolder(tmp_path / "frames", video)

    return make_for


@pytest.mark.parametrize(
    ("video", "name"),
    [
        ("Ep 1.mkv", "Ep 1"),
        ('a:b?c*"d<e>f|g\\h.mkv', "a_b_c__d_e_f_g_h"),
        (".hidden. .mkv", "hidden"),
        ("...", "film"),
    ],
)
def test_names_are_portable_and_not_hidden(make, video, name):
    assert make(video).name == name


def test_frames_are_named_by_time(make):
    path = make("video.mkv").frame_path(3725.0416)
    assert path.name == "video_010205_042.png"


def test_frames_of_other_settings_are_deleted(make, tmp_path):
    folder = make("video.mkv")
    paths = [folder.frame_path(time) for time in (1, 2, 3)]
    for path in paths:
        path.write_text("frame")
    mine = folder.output / "mine.png"
    mine.write_text("frame")
    folder.finish({"most": 3}, paths[:2], "two")
    assert all(path.exists() for path in paths)
    folder.finish({"most": 1}, paths[:1], "one")
    assert [path.exists() for path in paths] == [True, False, True]
    assert mine.exists()
    assert folder.summary_of({"most": 1}) == "one"
    assert folder.summary_of({"most": 3}) is None


def test_contact_sheets_show_all_frames_and_replace_old_ones(make):
    folder = make("video [1].mkv")
    other = folder.report / "video [1]_extra.png"
    pictures.write_png(other, np.zeros((4, 6, 3), "uint8"))
    thumbnails = [np.zeros((90, 120, 3), "uint8")] * 121
    folder.write_sheets(thumbnails, ["000000_000"] * 121)
    names = {path.name for path in folder.report.iterdir()}
    assert names == {other.name, "video [1]_1.png", "video [1]_2.png"}
    folder.write_sheets(thumbnails[:1], ["000000_000"])
    names = {path.name for path in folder.report.iterdir()}
    assert names == {other.name, "video [1]_1.png"}


def test_the_report_is_not_in_the_training_folder(make):
    folder = make("video.mkv")
    folder.finish({}, [], "none")
    assert folder.report.parent == folder.output.parent
    found = folder_scan.scan_folder(folder.output, "cartoon_dir")
    assert (found.paths, found.problems) == ([], {})
