import dataclasses
import pathlib

import numpy as np
import pytest
from good_picture import GOOD

from cartoongan_tf.data import folder_scan
from cartoongan_tf.prepare import rules
from cartoongan_tf.prepare.rules import Severity


def folder(*odd, good=0):
    many = [*odd, *[GOOD] * good]
    return {pathlib.Path(f"{i}.png"): m for i, m in enumerate(many)}


def titles(found):
    return [finding.title for finding in found]


def check_pictures(measured, **settings):
    return rules.check_pictures(
        rules.CARTOONS, measured, image_size=256, **settings
    )


def test_good_pictures_give_no_finding():
    assert check_pictures(folder(good=3)) == []


@pytest.mark.parametrize(
    ("odd", "title"),
    [
        ({"width": 255}, "small pictures"),
        ({"height": 255}, "small pictures"),
        ({"color": 3}, "gray pictures"),
        ({"brightness": 10}, "night pictures"),
        ({"contrast": 2}, "blank pictures"),
        ({"blur": 2.8}, "blurred pictures"),
        ({"bars": 0.1}, "black bars"),
    ],
)
def test_each_problem_is_reported_with_its_picture(odd, title):
    (found,) = check_pictures(folder(GOOD, GOOD._replace(**odd)))
    assert found.title == title
    assert found.paths == [pathlib.Path("1.png")]
    assert "1 of the 2 pictures measured in `cartoon_dir`" in found.message


def test_a_blank_picture_is_not_also_dark_or_blurred():
    blank = GOOD._replace(contrast=0, brightness=0, blur=3)
    assert titles(check_pictures(folder(blank))) == ["blank pictures"]


def test_a_picture_as_large_as_a_crop_is_large_enough():
    assert check_pictures(folder(GOOD._replace(width=256, height=256))) == []


def test_single_pictures_are_a_note_and_many_a_warning():
    gray = GOOD._replace(color=0)
    (single,) = check_pictures(folder(gray, good=19))
    (many,) = check_pictures(folder(gray, gray, good=18))
    assert single.severity is Severity.NOTE
    assert many.severity is Severity.WARNING


def test_min_share_limits_findings():
    gray = GOOD._replace(color=0)
    assert check_pictures(folder(gray, good=2), min_share=0.5) == []
    assert check_pictures(folder(gray, good=1), min_share=0.5)


@pytest.mark.parametrize(
    ("flag", "count", "severity", "number"),
    [
        (rules.PHOTOS, 299, Severity.WARNING, "5,402"),
        (rules.PHOTOS, 5401, Severity.NOTE, "5,402"),
        (rules.CARTOONS, 299, Severity.WARNING, "2,302"),
        (rules.CARTOONS, 300, Severity.NOTE, "2,302"),
    ],
)
def test_few_pictures_are_reported_with_the_authors_count(
    flag, count, severity, number
):
    (found,) = rules.check_count(flag, count)
    assert found.severity is severity
    assert number in found.message
    assert str(count) in found.message


def test_the_authors_count_is_enough():
    assert rules.check_count(rules.PHOTOS, 5402) == []
    assert rules.check_count(rules.CARTOONS, 2302) == []


def test_near_duplicates_are_listed_together():
    a, b, c = (GOOD._replace(fingerprint=v) for v in np.eye(3, dtype="float32"))
    measured = folder(a, b, a, c, a)
    (found,) = rules.check_duplicates(rules.CARTOONS, measured)
    assert [p.name for p in found.paths] == ["0.png", "2.png", "4.png"]
    assert "2 of the 5" in found.message
    assert found.reasons[pathlib.Path("4.png")] == "like 0.png"
    assert found.severity is Severity.WARNING
    assert rules.check_duplicates(rules.CARTOONS, folder(a, b, c)) == []


def test_grain_is_reported_with_the_flag_that_removes_it():
    grainy = GOOD._replace(grain=1.24)
    (found,) = rules.check_grain(folder(grainy, GOOD, grainy))
    assert found.severity is Severity.WARNING
    assert "noise of 1.2 levels" in found.message
    assert "`denoise_cartoons`=4" in found.message
    assert [path.name for path in found.paths] == ["0.png", "2.png"]
    assert rules.check_grain(folder(grainy, good=2)) == []
    assert rules.check_grain({}) == []


def scan(**fields):
    empty = folder_scan.FolderScan(pathlib.Path("frames"), [], [], {}, {})
    return dataclasses.replace(empty, **fields)


def test_a_folder_without_pictures_is_an_error():
    (found,) = rules.check_scan(rules.CARTOONS, scan())
    assert found.severity is Severity.ERROR
    assert "`cartoon_dir`=frames" in found.message


def test_broken_files_are_an_error_with_reasons():
    bad = {pathlib.Path("a.png"): "truncated"}
    paths = [pathlib.Path("b.png")]
    (found,) = rules.check_scan(rules.CARTOONS, scan(paths=paths, problems=bad))
    assert found.severity is Severity.ERROR
    assert found.paths == list(bad)
    assert found.reasons == bad


def test_skipped_files_are_counted_by_extension():
    ignored = {".cr2": [pathlib.Path(f"a/{n}.cr2") for n in range(3)]}
    paths = [pathlib.Path("b.png")]
    (found,) = rules.check_scan(
        rules.CARTOONS, scan(paths=paths, ignored=ignored)
    )
    assert found.severity is Severity.NOTE
    assert "3 .cr2 (0.cr2)" in found.message


def test_a_good_folder_gives_no_finding():
    sound = scan(paths=[pathlib.Path("b.png")])
    assert rules.check_scan(rules.CARTOONS, sound) == []
