"""Summary of a check: metrics of the folders, and advice."""

import statistics
from collections.abc import Sequence

from cartoongan_tf.prepare import folder_check
from cartoongan_tf.prepare import rules


def metrics(folder: folder_check.Folder) -> dict[str, str]:
    """Returns the metrics of a folder, by name."""
    values = {
        "pictures": f"{len(folder.scan.paths):,}",
        "broken files": f"{len(folder.scan.problems):,}",
        "files skipped": f"{sum(map(len, folder.scan.ignored.values())):,}",
    }
    measured = list(folder.measured.values())
    if measured:
        for name in ("width", "height", "brightness", "blur", "grain"):
            digits = 1 if name in ("blur", "grain") else 0
            values[name] = _range([getattr(m, name) for m in measured], digits)
        drawn = statistics.fmean(m.drawn for m in measured)
        values["drawn score"] = f"{drawn:.0%}"
    return values


def rows(folders: Sequence[folder_check.Folder]) -> list[list[str]]:
    """Returns table rows of `metrics`: a name, then a value per folder."""
    columns = [metrics(folder) for folder in folders]
    names = dict.fromkeys(name for column in columns for name in column)
    return [
        [name, *(column.get(name, "-") for column in columns)] for name in names
    ]


def has_errors(findings: Sequence[rules.Finding]) -> bool:
    """Whether a finding is an error."""
    return any(f.severity is rules.Severity.ERROR for f in findings)


def advice(findings: Sequence[rules.Finding]) -> str:
    """Returns one sentence of advice."""
    if has_errors(findings):
        return "Not ready: fix the errors, then check again."
    if any(f.severity is rules.Severity.WARNING for f in findings):
        return "Ready to train; fix the warnings for a better style."
    return "Ready to train."


def printable(value: object) -> str:
    """Converts a file name to text; on Linux, names may be any bytes."""
    return str(value).encode("utf-8", "replace").decode()


def _range(values, digits):
    low, median, high = min(values), statistics.median(values), max(values)
    return f"{low:.{digits}f} / {median:.{digits}f} / {high:.{digits}f}"
