"""The summary of a check: metrics of the folders, and what to do next."""

import statistics
from collections.abc import Sequence

from cartoongan_tf.prepare import folder_check
from cartoongan_tf.prepare import rules


def metrics(folder: folder_check.Folder) -> dict[str, str]:
    """Metrics of a folder, by name."""
    found = {
        "pictures": f"{len(folder.scan.paths):,}",
        "broken files": f"{len(folder.scan.problems):,}",
        "files skipped": f"{sum(map(len, folder.scan.ignored.values())):,}",
    }
    measured = list(folder.measured.values())
    if measured:
        for name in ("width", "height", "brightness", "blur", "grain"):
            digits = 1 if name in ("blur", "grain") else 0
            found[name] = _range([getattr(m, name) for m in measured], digits)
        drawn = statistics.fmean(m.drawn for m in measured)
        found["drawn score"] = f"{drawn:.0%}"
    return found


def rows(folders: Sequence[folder_check.Folder]) -> list[list[str]]:
    """The `metrics` of folders side by side: name, then a value for each."""
    columns = [metrics(folder) for folder in folders]
    names = dict.fromkeys(name for column in columns for name in column)
    return [
        [name, *(column.get(name, "-") for column in columns)] for name in names
    ]


def has_errors(found: Sequence[rules.Finding]) -> bool:
    """Whether a run would be spoiled."""
    return any(f.severity is rules.Severity.ERROR for f in found)


def advice(found: Sequence[rules.Finding]) -> str:
    """One sentence on what to do next."""
    if has_errors(found):
        return "Not ready: fix the errors, then check again."
    if any(f.severity is rules.Severity.WARNING for f in found):
        return "Ready to train; fix what the warnings name for a better style."
    return "Ready to train."


def printable(value: object) -> str:
    """Text of a name; Linux allows bytes in names that are no text."""
    return str(value).encode("utf-8", "replace").decode()


def _range(values, digits):
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{low:.{digits}f} / {middle:.{digits}f} / {high:.{digits}f}"
