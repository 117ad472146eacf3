"""Terminal output of a check: a table of metrics, and the findings."""

from collections.abc import Sequence

import rich.console
import rich.table
import rich.text

from cartoongan_tf.prepare import check_summary
from cartoongan_tf.prepare import folder_check
from cartoongan_tf.prepare import rules

_MAX_FILES = 3  # Files per finding; the HTML report lists all.
_COLORS = {
    rules.Severity.ERROR: "bold red",
    rules.Severity.WARNING: "yellow",
    rules.Severity.NOTE: "cyan",
}


def show(
    console: rich.console.Console,
    folders: Sequence[folder_check.Folder],
    findings: Sequence[rules.Finding],
) -> None:
    """Prints a table with a column for each folder, then the findings."""
    console.print(_table(folders))
    for finding in findings:
        severity = finding.severity.name.lower()
        line = rich.text.Text(f"{severity:8}", _COLORS[finding.severity])
        line.append(f"{finding.title}: ", "bold")
        line.append(finding.message, "not bold default")
        console.print(line)
        for file in _files(finding):
            console.print(f"        {file}", markup=False, soft_wrap=True)


def _files(finding):
    yield from map(check_summary.printable, finding.lines()[:_MAX_FILES])
    if len(finding.paths) > _MAX_FILES:
        yield f"and {len(finding.paths) - _MAX_FILES} more"


def _table(folders):
    table = rich.table.Table(caption="lowest / median / highest")
    table.add_column("")
    for folder in folders:
        table.add_column(
            rich.text.Text(
                f"{folder.flag}\n" + check_summary.printable(folder.scan.folder)
            )
        )
    for row in check_summary.rows(folders):
        table.add_row(*row)
    return table
