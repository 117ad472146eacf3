import shutil

from cartoongan_tf.prepare import overlaps


def paths(folder):
    return sorted(folder.rglob("*.png"))


def test_a_folder_has_the_same_files_as_itself(make_folder):
    photos = paths(make_folder("photos"))
    assert overlaps.same_files(photos, photos) == photos


def test_links_are_resolved(make_folder, tmp_path):
    photos = make_folder("photos")
    (tmp_path / "link").symlink_to(photos)
    linked = paths(tmp_path / "link")
    assert len(linked) == 3
    assert overlaps.same_files(paths(photos), linked) == linked
    assert overlaps.same_files(linked, paths(photos)) == paths(photos)


def test_copies_have_the_same_name_size_and_content(make_folder, tmp_path):
    photos = make_folder("photos")
    shutil.copytree(photos, tmp_path / "cartoons")
    first, second, third = paths(tmp_path / "cartoons")
    damaged = bytearray(second.read_bytes())
    damaged[-20] ^= 1
    second.write_bytes(damaged)
    third.rename(third.with_name("other.png"))
    cartoons = paths(tmp_path / "cartoons")
    assert overlaps.copies(paths(photos), cartoons) == [first]
    assert overlaps.same_files(paths(photos), cartoons) == []
