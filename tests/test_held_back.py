import pytest

from cartoongan_tf import held_back
from cartoongan_tf import inventories
from cartoongan_tf import picture_lists
from cartoongan_tf.core import errors


@pytest.fixture
def photos(make_folder):
    return inventories.take_inventory(make_folder("photos", 20), "--photo_dir")


def test_every_photo_is_either_trained_on_or_held_back(photos):
    rest, held = held_back.hold_back(photos, 6, seed=0)
    assert len(held) == 6
    assert sorted([*rest.paths, *held]) == photos.paths
    assert not set(rest.paths) & set(held)


def test_headers_stay_with_their_photos(photos):
    rest, _ = held_back.hold_back(photos, 6, seed=0)
    whole = dict(zip(photos.paths, photos.headers, strict=True))
    for path, header in zip(rest.paths, rest.headers, strict=True):
        assert whole[path] is header


def test_the_draw_depends_on_the_seed_alone(photos):
    first, again, other = (
        held_back.hold_back(photos, 6, seed)[1] for seed in (0, 0, 1)
    )
    assert first == again != other


def test_holding_back_none_leaves_all(photos):
    rest, held = held_back.hold_back(photos, 0, seed=0)
    assert rest.paths == photos.paths
    assert held == []


def test_most_photos_must_be_left(photos):
    held_back.hold_back(photos, 10, seed=0)
    with pytest.raises(errors.InputError, match="--held_back=11 leaves"):
        held_back.hold_back(photos, 11, seed=0)


def test_the_list_is_read_by_evaluate(photos, tmp_path):
    _, held = held_back.hold_back(photos, 6, seed=0)
    picture_lists.write_list(held, tmp_path / "run" / "held_back.txt")
    listed = picture_lists.read_list(tmp_path / "run" / "held_back.txt", "--x")
    assert listed == [path.resolve() for path in held]
