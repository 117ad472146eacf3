import pathlib

import pytest
from good_picture import GOOD

from cartoongan_tf.prepare import pair_findings
from cartoongan_tf.prepare.rules import Severity

FILES = [pathlib.Path(f"{i}.png") for i in range(10)]


def folder(drawn, count=20):
    return {
        pathlib.Path(f"{drawn}/{i}.png"): GOOD._replace(drawn=drawn)
        for i in range(count)
    }


def test_correct_folders_give_no_finding():
    assert pair_findings.check_drawn_scores(folder(0.2), folder(0.8)) == []


@pytest.mark.parametrize(
    ("photos", "cartoons", "severity", "title"),
    [
        (0.8, 0.2, Severity.ERROR, "swapped folders"),
        (0.9, 0.6, Severity.WARNING, "possibly swapped folders"),
        (0.3, 0.3, Severity.WARNING, "similar folders"),
    ],
)
def test_other_verdicts_are_reported_with_scores(
    photos, cartoons, severity, title
):
    (found,) = pair_findings.check_drawn_scores(
        folder(photos), folder(cartoons)
    )
    assert (found.severity, found.title) == (severity, title)
    assert f"{photos:.0%} and {cartoons:.0%}" in found.message


def test_an_empty_folder_gives_no_finding():
    assert pair_findings.check_drawn_scores({}, folder(0.8)) == []
    assert pair_findings.check_drawn_scores(folder(0.8), {}) == []


def test_the_same_folder_named_twice_is_an_error():
    (found,) = pair_findings.check_same_files(FILES[:1])
    assert (found.severity, found.title) == (
        Severity.ERROR,
        "same folder twice",
    )
    assert found.paths == FILES[:1]


@pytest.mark.parametrize(
    ("copies", "severity"), [(5, Severity.WARNING), (6, Severity.ERROR)]
)
def test_copies_of_most_of_a_folder_are_an_error(copies, severity):
    (found,) = pair_findings.check_overlap(10, FILES[:copies], {})
    assert found.severity is severity
    assert found.paths == FILES[:copies]


def test_near_duplicates_are_a_warning_and_count_once():
    alike = dict.fromkeys(FILES, "like a.png")
    (found,) = pair_findings.check_overlap(10, FILES[:1], alike)
    assert found.severity is Severity.WARNING
    assert found.paths == FILES
    assert found.reasons == alike


def test_separate_folders_give_no_finding():
    assert pair_findings.check_same_files([]) == []
    assert pair_findings.check_overlap(10, [], {}) == []
