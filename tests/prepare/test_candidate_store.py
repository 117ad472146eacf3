import numpy as np
import pytest

from cartoongan_tf.analysis import shot_detection
from cartoongan_tf.prepare import candidate_store

PICTURE = np.full((30, 40, 3), 200, "uint8")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / ".video.unfinished"


def stretch(end, *times):
    picks = [(time, PICTURE) for time in times]
    return shot_detection.Stretch(end, end - 0.3, 9, 2, 3, picks)


def test_a_new_process_resumes(folder):
    old = candidate_store.Candidates(folder, ["video", 3])
    old.add(stretch(2.0, 1.5))
    old.add(stretch(4.0))
    new = candidate_store.Candidates(folder, ["video", 3])
    assert new.state == old.state
    assert (new.state.next, new.state.context) == (4.0, 3.7)
    assert (new.state.looked, new.state.empty, new.state.mixed) == (18, 4, 6)
    assert new.state.shots == 1
    ((time, picture),) = new.read()
    assert time == 1.5
    np.testing.assert_array_equal(picture, PICTURE)


def test_candidates_of_other_settings_are_dropped(folder):
    candidate_store.Candidates(folder, ["video", 3]).add(stretch(2.0, 1.5))
    other = candidate_store.Candidates(folder, ["video", 2])
    assert other.state.next == 0
    assert not folder.exists()


def test_candidates_have_no_picture_extensions(folder):
    found = candidate_store.Candidates(folder, ["video"])
    found.add(stretch(2.0, 0.5, 1.5))
    found.write_cropped(0.5, PICTURE)
    suffixes = {path.suffix for path in folder.iterdir()}
    assert suffixes == {".candidate", ".cut", ".json"}


def test_close_records_the_end_of_the_video(folder):
    found = candidate_store.Candidates(folder, ["video"])
    found.add(stretch(float("inf"), 0.5))
    assert not (folder / "state.json").exists()
    found.close(None)
    assert candidate_store.Candidates(folder, ["video"]).state.next is None
    found.drop()
    assert not folder.exists()
