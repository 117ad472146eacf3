import numpy as np
import pytest

from cartoongan_tf.analysis import shot_detection
from cartoongan_tf.prepare import candidate_store

PICTURE = np.full((30, 40, 3), 200, "uint8")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / ".film.unfinished"


def stretch(end, *times):
    picks = [(time, PICTURE) for time in times]
    return shot_detection.Stretch(end, end - 0.3, 9, 2, 3, picks)


def test_a_new_process_resumes_with_the_same_bits(folder):
    old = candidate_store.Candidates(folder, ["film", 3])
    old.add(stretch(2.0, 1.5))
    old.add(stretch(4.0))
    new = candidate_store.Candidates(folder, ["film", 3])
    assert new.state == old.state
    assert (new.state.next, new.state.context) == (4.0, 3.7)
    assert (new.state.looked, new.state.empty, new.state.mixed) == (18, 4, 6)
    assert new.state.shots == 1
    ((time, picture),) = new.read()
    assert time == 1.5
    np.testing.assert_array_equal(picture, PICTURE)


def test_candidates_of_other_settings_are_dropped(folder):
    candidate_store.Candidates(folder, ["film", 3]).add(stretch(2.0, 1.5))
    other = candidate_store.Candidates(folder, ["film", 2])
    assert other.state.next == 0
    assert not folder.exists()


def test_no_training_takes_candidates_for_pictures(folder):
    found = candidate_store.Candidates(folder, ["film"])
    found.add(stretch(2.0, 0.5, 1.5))
    found.write_cut(0.5, PICTURE)
    suffixes = {path.suffix for path in folder.iterdir()}
    assert suffixes == {".candidate", ".cut", ".json"}


def test_a_video_is_read_to_its_end_once_it_is_closed(folder):
    found = candidate_store.Candidates(folder, ["film"])
    found.add(stretch(float("inf"), 0.5))
    assert not (folder / "state.json").exists()
    found.close(None)
    assert candidate_store.Candidates(folder, ["film"]).state.next is None
    found.drop()
    assert not folder.exists()
