"""Findings on two folders together: swapped, alike, or overlapping.

Pure logic, as in `rules.py`.
"""

import pathlib
from collections.abc import Mapping
from collections.abc import Sequence

from cartoongan_tf.analysis import drawn_score
from cartoongan_tf.prepare import rules

_MAX_OVERLAP = 0.5  # Share of a folder that is in the other by no accident.
_BOTH = f"`{rules.PHOTOS}` and `{rules.CARTOONS}`"
_EXCHANGE = f"exchange {_BOTH}."


def of_kinds(
    photos: rules.Measured, cartoons: rules.Measured
) -> list[rules.Finding]:
    """Folders that are swapped, or look alike."""
    if not photos or not cartoons:
        return []
    sides = [[m.drawn for m in side.values()] for side in (photos, cartoons)]
    verdict = drawn_score.compare(*sides)
    if verdict is drawn_score.Verdict.RIGHT:
        return []
    shares = " and ".join(f"{sum(s) / len(s):.0%}" for s in sides)
    severity, title, message = _VERDICTS[verdict]
    message = f"{message} (Drawn score: {shares}.)"
    return [rules.Finding(severity, title, message)]


def of_same_files(same: Sequence[pathlib.Path]) -> list[rules.Finding]:
    """Files of the one folder that are files of the other."""
    if not same:
        return []
    message = (
        f"{_BOTH} share {len(same)} of their files: they are the same "
        "folder, or one lies inside of the other; name two separate ones."
    )
    severity = rules.Severity.ERROR
    return [rules.Finding(severity, "one folder twice", message, same)]


def of_overlap(
    count: int, copied: list[pathlib.Path], alike: Mapping[pathlib.Path, str]
) -> list[rules.Finding]:
    """Pictures that lie in both folders.

    Args:
        count: Of the pictures in the smaller folder.
        copied: Copies of files of the other.
        alike: Near duplicates of pictures of the other, and of which.
    """
    both = list(dict.fromkeys([*copied, *alike]))
    if not both:
        return []
    certain = len(copied) > _MAX_OVERLAP * count
    message = (
        f"{_BOTH} have pictures in common ({len(both)}); take them out of "
        "the folder where they do not belong."
    )
    severity = rules.Severity.ERROR if certain else rules.Severity.WARNING
    return [
        rules.Finding(severity, "overlapping folders", message, both, alike)
    ]


_VERDICTS = {
    drawn_score.Verdict.SWAPPED: (
        rules.Severity.ERROR,
        "swapped folders",
        f"`{rules.PHOTOS}` looks drawn, `{rules.CARTOONS}` photographed; "
        f"{_EXCHANGE}",
    ),
    drawn_score.Verdict.UNSURE: (
        rules.Severity.WARNING,
        "perhaps swapped folders",
        f"`{rules.PHOTOS}` looks more drawn than `{rules.CARTOONS}`; look "
        f"at both, and if they are swapped, {_EXCHANGE}",
    ),
    drawn_score.Verdict.ALIKE: (
        rules.Severity.WARNING,
        "folders of one kind",
        "Neither folder looks more drawn than the other; look at both: one "
        f"should hold photos, `{rules.CARTOONS}` drawings.",
    ),
}
