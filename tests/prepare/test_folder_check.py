import shutil

import numpy as np
import pytest
import skimage.data

from cartoongan_tf.core import errors
from cartoongan_tf.data import folder_scan
from cartoongan_tf.data import samples
from cartoongan_tf.data import synthetic_scenes
from cartoongan_tf.images import pictures
from cartoongan_tf.prepare import folder_check
from cartoongan_tf.prepare import image_stats
from cartoongan_tf.prepare import rules
from cartoongan_tf.prepare.rules import Severity


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    """Photos at half their size, and cartoons, to copy from."""
    root = tmp_path_factory.mktemp("originals")
    for name, pixels in samples.read_photos().items():
        half = np.ascontiguousarray(pixels[::2, ::2])
        pictures.write_png(root / "photos" / f"{name}.png", half)
    for seed in range(12):
        path = root / "cartoons" / f"{seed:02}.png"
        pictures.write_png(path, synthetic_scenes.draw_scene(seed, 256))
    return root


@pytest.fixture
def photos(originals, tmp_path):
    return shutil.copytree(originals / "photos", tmp_path / "photos")


@pytest.fixture
def cartoons(originals, tmp_path):
    return shutil.copytree(originals / "cartoons", tmp_path / "cartoons")


def listed(folder):
    return sorted(folder.rglob("*.png"))


def full(photos, cartoons):
    folders = [
        folder_check.measure_folder(folder_scan.scan_folder(folder, flag), flag)
        for folder, flag in (
            (photos, rules.PHOTOS),
            (cartoons, rules.CARTOONS),
        )
    ]
    return folder_check.full_check(*folders, image_size=128)


def quick(photos, cartoons):
    return folder_check.quick_check(listed(photos), listed(cartoons), 128)


@pytest.fixture(params=[full, quick])
def check(request):
    return request.param


def titled(findings, title):
    return [finding for finding in findings if finding.title == title]


def errors_of(found):
    return [f.title for f in found if f.severity is Severity.ERROR]


def test_correct_sample_folders_only_have_too_few_pictures(
    check, photos, cartoons
):
    found = check(photos, cartoons)
    few = titled(found, "too few pictures")
    assert [f.message.split()[0] for f in few] == [
        f"`{rules.PHOTOS}`",
        f"`{rules.CARTOONS}`",
    ]
    assert [f.severity for f in few] == [Severity.WARNING] * 2
    assert errors_of(found) == []
    assert not titled(found, "similar folders")


def test_swapped_samples_are_an_error(check, photos, cartoons):
    found = check(cartoons, photos)
    assert errors_of(found) == ["swapped folders"]
    assert found[0].severity is Severity.ERROR


def test_the_same_folder_twice_is_an_error(check, photos):
    assert errors_of(check(photos, photos)) == ["same folder twice"]


def test_a_folder_inside_the_other_is_an_error(check, photos, cartoons):
    shutil.move(photos, cartoons / "photos")
    found = check(cartoons / "photos", cartoons)
    assert errors_of(found) == ["same folder twice"]
    assert len(found[0].paths) == 6


def test_a_copied_folder_is_an_error(check, photos, tmp_path):
    shutil.copytree(photos, tmp_path / "copy")
    assert errors_of(check(photos, tmp_path / "copy")) == [
        "overlapping folders"
    ]


def test_a_photo_among_the_cartoons_is_found(check, photos, cartoons):
    cat = skimage.data.chelsea()
    pictures.write_png(cartoons / "intruder.png", cat)
    (found,) = titled(check(photos, cartoons), "overlapping folders")
    assert found.severity is Severity.WARNING
    assert found.paths == [cartoons / "intruder.png"]
    assert str(photos / "cat.png") in found.reasons[found.paths[0]]


def test_gray_night_small_and_barred_pictures_are_found(photos, cartoons):
    scene = synthetic_scenes.draw_scene(1, 256)
    odd = {
        "gray pictures": np.repeat(scene.mean(-1, keepdims=True), 3, -1),
        "night pictures": scene // 6,
        "small pictures": scene[:90, 60:],
        "black bars": np.pad(scene, ((30, 30), (0, 0), (0, 0))),
    }
    for title, pixels in odd.items():
        path = cartoons / f"{title}.png"
        pictures.write_png(path, np.ascontiguousarray(pixels).astype("uint8"))
    found = full(photos, cartoons)
    for title in odd:
        assert cartoons / f"{title}.png" in titled(found, title)[0].paths


def test_grain_of_the_cartoons_is_found(photos, cartoons, random):
    assert not titled(full(photos, cartoons), "grain")
    for path in listed(cartoons):
        scene = pictures.read_picture(path)
        noise = random.normal(0, 1.5, scene.shape)
        grainy = np.clip(scene + noise, 0, 255).astype("uint8")
        pictures.write_png(path, grainy)
    (found,) = titled(full(photos, cartoons), "grain")
    assert "`cartoon_dir` have noise of 1.5 levels" in found.message


def test_near_duplicates_are_found(photos, cartoons):
    shutil.copy(cartoons / "03.png", cartoons / "again.png")
    (found,) = titled(full(photos, cartoons), "near duplicates")
    assert [p.name for p in found.paths] == ["03.png", "again.png"]


def test_broken_files_are_reported_and_others_checked(photos, cartoons):
    whole = (cartoons / "03.png").read_bytes()
    (cartoons / "half.png").write_bytes(whole[: len(whole) // 2])
    (cartoons / "empty.png").write_bytes(b"")
    (cartoons / "page.png").write_text("<html>")
    found = full(photos, cartoons)
    assert errors_of(found) == ["broken files"]
    assert {p.stem for p in found[0].paths} == {"half", "empty", "page"}
    assert "truncated" in found[0].reasons[cartoons / "half.png"]


def test_a_folder_of_broken_files_is_an_error(photos, tmp_path):
    (tmp_path / "bad").mkdir()
    for number in range(3):
        (tmp_path / "bad" / f"{number}.jpg").write_bytes(b"no picture")
    found = full(photos, tmp_path / "bad")
    assert errors_of(found) == ["no pictures", "broken files"]
    assert len(titled(found, "too few pictures")) == 1


def test_errors_come_before_warnings_and_notes(photos, cartoons):
    (cartoons / "notes.txt").touch()
    found = full(cartoons, photos)
    severities = [finding.severity for finding in found]
    assert severities == sorted(severities)
    assert Severity.NOTE in severities


def test_a_quick_check_samples_large_folders(photos, cartoons):
    def many(folder):
        whole = listed(folder)
        (folder / "broken.png").write_bytes(b"is not looked at")
        return [*whole * 20, folder / "broken.png"]

    found = folder_check.quick_check(many(photos), many(cartoons), 128)
    assert not errors_of(found)


def test_a_quick_check_finds_a_single_shared_file(photos, cartoons):
    many = [*listed(cartoons) * 20, photos / "cat.png"]
    found = folder_check.quick_check(listed(photos), many, 128)
    assert errors_of(found) == ["same folder twice"]
    assert found[0].paths == [photos / "cat.png"]


def test_a_quick_check_names_a_damaged_picture(photos, cartoons):
    (cartoons / "00.png").write_bytes(b"broken")
    with pytest.raises(errors.InputError, match=r"00\.png"):
        quick(photos, cartoons)


def test_every_picture_of_a_folder_is_measured(cartoons):
    scan = folder_scan.scan_folder(cartoons, rules.CARTOONS)
    folder = folder_check.measure_folder(scan, rules.CARTOONS)
    assert list(folder.measured) == scan.paths


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize("style", ["storybook", "peppercarrot"])
def test_swapped_shared_folders_are_detected(shared, style):
    photos = sorted((shared / "photos").glob("*.jpg"))
    cartoons = sorted((shared / "cartoons" / style).glob("*.jpg"))
    right = folder_check.quick_check(photos, cartoons, 256)
    assert [f.title for f in right] == ["few pictures", "few pictures"]
    swapped = folder_check.quick_check(cartoons, photos, 256)
    assert errors_of(swapped) == ["swapped folders"]
    alike = folder_check.quick_check(photos[::2], photos[1::2], 256)
    assert errors_of(alike) == []
    assert titled(alike, "similar folders")


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.parametrize(
    ("style", "is_grainy"),
    [("storybook", True), ("africomic", True), ("groenewald", False)],
)
def test_grain_of_shared_styles_is_detected(shared, style, is_grainy):
    paths = sorted((shared / "cartoons" / style).glob("*.jpg"))[::4]
    measured = {path: image_stats.measure_file(path) for path in paths}
    assert bool(rules.check_grain(measured)) == is_grainy
