import io
import pathlib

import pytest
import rich.console
from good_picture import GOOD

from cartoongan_tf.data import folder_scan
from cartoongan_tf.prepare import check_summary
from cartoongan_tf.prepare import check_table
from cartoongan_tf.prepare import folder_check
from cartoongan_tf.prepare import rules
from cartoongan_tf.prepare.rules import Severity


def folder(flag, *many):
    paths = [pathlib.Path(f"{i}.png") for i in range(len(many))]
    scan = folder_scan.FolderScan(
        pathlib.Path("[red]frames"),
        paths,
        [],
        {pathlib.Path("x.png"): "empty"},
        {".txt": [pathlib.Path("a.txt"), pathlib.Path("b.txt")]},
    )
    return folder_check.Folder(flag, scan, dict(zip(paths, many, strict=True)))


def finding(severity):
    return rules.Finding(severity, f"[bold]{severity.name}", "Fix it.")


def test_metrics_are_minimum_median_and_maximum():
    widths = (300, 500, 1000)
    metrics = check_summary.metrics(
        folder("photo_dir", *(GOOD._replace(width=w) for w in widths))
    )
    assert metrics["width"] == "300 / 500 / 1000"
    assert metrics["pictures"] == "3"
    assert metrics["broken files"] == "1"
    assert metrics["files skipped"] == "2"
    assert metrics["grain"] == "0.3 / 0.3 / 0.3"
    assert metrics["drawn score"] == "50%"


@pytest.mark.parametrize(
    ("severities", "is_error", "start"),
    [
        ((), False, "Ready to train."),
        ((Severity.NOTE,), False, "Ready to train."),
        ((Severity.NOTE, Severity.WARNING), False, "Ready to train;"),
        ((Severity.WARNING, Severity.ERROR), True, "Not ready"),
    ],
)
def test_advice_depends_on_severity(severities, is_error, start):
    found = [finding(severity) for severity in severities]
    assert check_summary.has_errors(found) is is_error
    assert check_summary.advice(found).startswith(start)


def test_the_table_has_a_column_per_folder_and_escapes_names():
    console = rich.console.Console(file=io.StringIO(), width=100)
    folders = [folder("photo_dir", GOOD), folder("cartoon_dir")]
    found = [finding(Severity.ERROR), finding(Severity.NOTE)]
    check_table.show(console, folders, found)
    text = console.file.getvalue()
    assert text.count("[red]frames") == 2
    assert "640 / 640 / 640" in text
    assert "error   [bold]ERROR: Fix it." in text
    assert text.index("error") < text.index("note  ")


def test_only_some_affected_files_are_listed():
    console = rich.console.Console(file=io.StringIO(), width=100)
    paths = [pathlib.Path(f"[b]{i}.png") for i in range(5)]
    odd = rules.Finding(Severity.NOTE, "odd", "Look.", paths, {paths[1]: "why"})
    check_table.show(console, [folder("photo_dir", GOOD)], [odd])
    lines = [line.strip() for line in console.file.getvalue().splitlines()]
    assert lines[-4:] == ["[b]0.png", "[b]1.png: why", "[b]2.png", "and 2 more"]


def test_undecodable_names_can_be_printed():
    console = rich.console.Console(file=io.StringIO(), width=100)
    odd = rules.Finding(
        Severity.NOTE, "odd", "Look.", [pathlib.Path("\udcff.png")]
    )
    check_table.show(console, [folder("photo_dir", GOOD)], [odd])
    assert "?.png" in console.file.getvalue()
    assert console.file.getvalue().encode()
