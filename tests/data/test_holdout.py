import pytest

from cartoongan_tf.core import errors
from cartoongan_tf.data import file_lists
from cartoongan_tf.data import folder_scan
from cartoongan_tf.data import holdout


@pytest.fixture
def photos(make_folder):
    return folder_scan.scan_folder(make_folder("photos", 20), "photo_dir")


def test_every_photo_is_either_trained_on_or_held_out(photos):
    rest, held = holdout.split(photos, 6, seed=0)
    assert len(held) == 6
    assert sorted([*rest.paths, *held]) == photos.paths
    assert not set(rest.paths) & set(held)


def test_headers_stay_with_their_photos(photos):
    rest, _ = holdout.split(photos, 6, seed=0)
    whole = dict(zip(photos.paths, photos.headers, strict=True))
    for path, header in zip(rest.paths, rest.headers, strict=True):
        assert whole[path] is header


def test_the_split_depends_only_on_the_seed(photos):
    first, again, other = (
        holdout.split(photos, 6, seed)[1] for seed in (0, 0, 1)
    )
    assert first == again != other


def test_a_hold_out_of_zero_leaves_all(photos):
    rest, held = holdout.split(photos, 0, seed=0)
    assert rest.paths == photos.paths
    assert held == []


def test_at_most_half_of_the_photos_are_held_out(photos):
    holdout.split(photos, 10, seed=0)
    with pytest.raises(errors.InputError, match="`holdout`=11 leaves"):
        holdout.split(photos, 11, seed=0)


def test_evaluate_reads_the_hold_out_list(photos, tmp_path):
    _, held = holdout.split(photos, 6, seed=0)
    file_lists.write_list(held, tmp_path / "run" / "holdout.txt")
    listed = file_lists.read_list(tmp_path / "run" / "holdout.txt", "x")
    assert listed == [path.resolve() for path in held]
