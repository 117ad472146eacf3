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
    """One that does not hold a segment yet."""
    return segment_store.SegmentFolder(target, SETTINGS)


@pytest.fixture
def memory(random):
    arrays = random.integers(0, 256, (2, 16, 24, 3), "uint8")
    return temporal_smoothing.Memory(*arrays)


def test_finished_segments_are_found_again(target, folder, memory):
    for number in (0, 1, 2):
        folder.finish(number, memory)
    folder.finish(9720, memory)  # After a gap of 27 hours.
    again = segment_store.SegmentFolder(target, SETTINGS)
    assert again.done() == [0, 1, 2, 9720]
    assert again.next == 9721
    assert again.paths() == [again.path(n) for n in (0, 1, 2, 9720)]
    assert len(list(again.path(0).parent.iterdir())) == 1 + 4 + 1


def test_nothing_counts_after_a_segment_that_is_missing(target, folder):
    for number in (0, 1, 2):
        folder.finish(number, None)
    folder.path(1).with_suffix(".json").unlink()
    again = segment_store.SegmentFolder(target, SETTINGS)
    assert again.done() == [0]
    assert again.next == 1


def test_the_memory_is_that_of_the_last_segment(target, folder, memory):
    assert folder.memory() is None
    folder.finish(0, temporal_smoothing.Memory(memory.result, memory.photo))
    folder.finish(1, memory)
    again = segment_store.SegmentFolder(target, SETTINGS)
    for found, expected in zip(again.memory(), memory, strict=True):
        np.testing.assert_array_equal(found, expected)
    assert len(list(target.parent.glob(".segments-*/*.npz"))) == 1


@pytest.mark.parametrize("change", [{"source": ["a", 2]}, {"more": 1}])
def test_other_settings_begin_anew(target, change):
    segment_store.SegmentFolder(target, SETTINGS).finish(0, None)
    folder = segment_store.SegmentFolder(target, {**SETTINGS, **change})
    assert folder.done() == []


def test_a_damaged_record_begins_anew(target):
    segment_store.SegmentFolder(target, SETTINGS).finish(0, None)
    (record,) = target.parent.glob(".segments-*/settings.json")
    record.write_text("{")
    assert segment_store.SegmentFolder(target, SETTINGS).done() == []


def test_nothing_is_left_when_it_is_dropped(target, folder):
    folder.finish(0, None)
    folder.drop()
    assert list(target.parent.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.InputError, match=r"a\.mp4 cannot be written"):
        segment_store.SegmentFolder(tmp_path / "file" / "a.mp4", SETTINGS)


def stop(folder, error):
    with segment_store.advice(folder):
        raise error


def test_who_stops_it_is_told_where_it_goes_on(folder):
    for number in range(8):
        folder.finish(number, None)
    with pytest.raises(KeyboardInterrupt, match=r"goes on from 0:01:20\."):
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
