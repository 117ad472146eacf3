import numpy as np
import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.video import segment_store
from cartoongan_tf.video import temporal_smoothing

SETTINGS = {"source": ["a", 1], "pair": (1, 2)}


@pytest.fixture
def target(tmp_path):
    return tmp_path / "new" / "a.mp4"


@pytest.fixture
def folder(target):
    """A folder without segments."""
    return segment_store.SegmentFolder(target, SETTINGS)


@pytest.fixture
def state(random):
    arrays = random.integers(0, 256, (2, 16, 24, 3), "uint8")
    return temporal_smoothing.State(*arrays)


def test_finished_segments_are_found(target, folder, state):
    for number in (0, 1, 2):
        folder.finish(number, state)
    folder.finish(9720, state)  # After a gap of 27 hours.
    again = segment_store.SegmentFolder(target, SETTINGS)
    assert again.done() == [0, 1, 2, 9720]
    assert again.next == 9721
    assert again.paths() == [again.path(n) for n in (0, 1, 2, 9720)]
    assert len(list(again.path(0).parent.iterdir())) == 1 + 4 + 1


def test_segments_after_a_missing_one_do_not_count(target, folder):
    for number in (0, 1, 2):
        folder.finish(number, None)
    folder.path(1).with_suffix(".json").unlink()
    again = segment_store.SegmentFolder(target, SETTINGS)
    assert again.done() == [0]
    assert again.next == 1


def test_the_state_is_that_of_the_last_segment(target, folder, state):
    assert folder.state() is None
    folder.finish(0, temporal_smoothing.State(state.result, state.photo))
    folder.finish(1, state)
    again = segment_store.SegmentFolder(target, SETTINGS)
    for found, expected in zip(again.state(), state, strict=True):
        np.testing.assert_array_equal(found, expected)
    assert len(list(target.parent.glob(".segments-*/*.npz"))) == 1


@pytest.mark.parametrize("change", [{"source": ["a", 2]}, {"more": 1}])
def test_other_settings_start_over(target, change):
    segment_store.SegmentFolder(target, SETTINGS).finish(0, None)
    folder = segment_store.SegmentFolder(target, {**SETTINGS, **change})
    assert folder.done() == []


def test_damaged_settings_start_over(target):
    segment_store.SegmentFolder(target, SETTINGS).finish(0, None)
    (record,) = target.parent.glob(".segments-*/settings.json")
    record.write_text("{")
    assert segment_store.SegmentFolder(target, SETTINGS).done() == []


def test_drop_removes_everything(target, folder):
    folder.finish(0, None)
    folder.drop()
    assert list(target.parent.iterdir()) == []


def test_an_unwritable_target_is_reported(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.InputError, match=r"a\.mp4 cannot be written"):
        segment_store.SegmentFolder(tmp_path / "file" / "a.mp4", SETTINGS)


def stop(folder, error):
    with segment_store.resume_hint(folder):
        raise error


def test_an_interruption_says_where_work_will_resume(folder):
    for number in range(8):
        folder.finish(number, None)
    with pytest.raises(KeyboardInterrupt, match=r"resume from 0:01:20\."):
        stop(folder, KeyboardInterrupt)
    assert folder.done() == list(range(8))


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError()])
def test_a_folder_without_a_segment_does_not_stay(folder, target, error):
    with pytest.raises(type(error)):
        stop(folder, error)
    assert list(target.parent.iterdir()) == []


def test_errors_are_passed_on_and_segments_stay(folder):
    folder.finish(0, None)
    with pytest.raises(OSError, match=r"^disk full$"):
        stop(folder, OSError("disk full"))
    assert folder.done() == [0]
