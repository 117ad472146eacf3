"""Findings on a pair of folders: swapped, similar, or overlapping.

Pure logic, as in `rules.py`.
"""

import pathlib
from collections.abc import Mapping
from collections.abc import Sequence

from cartoongan_tf.analysis import drawn_score
from cartoongan_tf.prepare import rules

# Share of the smaller folder; a larger overlap cannot be accidental.
_MAX_ACCIDENTAL_OVERLAP = 0.5
_BOTH = f"`{rules.PHOTOS}` and `{rules.CARTOONS}`"
_SWAP = f"swap {_BOTH}."


def check_drawn_scores(
    photos: rules.Measured, cartoons: rules.Measured
) -> list[rules.Finding]:
    """Finds folders that are swapped or have similar drawn scores."""
    if not photos or not cartoons:
        return []
    sides = [[m.drawn for m in side.values()] for side in (photos, cartoons)]
    verdict = drawn_score.compare(*sides)
    if verdict is drawn_score.Verdict.RIGHT:
        return []
    scores = " and ".join(f"{sum(s) / len(s):.0%}" for s in sides)
    severity, title, message = _VERDICTS[verdict]
    message = f"{message} (Drawn scores: {scores}.)"
    return [rules.Finding(severity, title, message)]


def check_same_files(same: Sequence[pathlib.Path]) -> list[rules.Finding]:
    """Reports files that are in both folders."""
    if not same:
        return []
    message = (
        f"{_BOTH} share {len(same)} of their files: they are the same "
        "folder, or one is inside the other; name two separate ones."
    )
    severity = rules.Severity.ERROR
    return [rules.Finding(severity, "same folder twice", message, same)]


def check_overlap(
    count: int,
    copied: list[pathlib.Path],
    near_duplicates: Mapping[pathlib.Path, str],
) -> list[rules.Finding]:
    """Reports pictures that are in both folders.

    Args:
        count: Number of pictures in the smaller folder.
        copied: Copies of files of the other folder.
        near_duplicates: Near duplicates of pictures of the other folder, with
            the reason.
    """
    common = list(dict.fromkeys([*copied, *near_duplicates]))
    if not common:
        return []
    is_certain = len(copied) > _MAX_ACCIDENTAL_OVERLAP * count
    severity = rules.Severity.ERROR if is_certain else rules.Severity.WARNING
    return [
        rules.Finding(
            severity,
            "overlapping folders",
            f"{_BOTH} have pictures in common ({len(common)}); remove them "
            "from the folder where they do not belong.",
            common,
            near_duplicates,
        )
    ]


_VERDICTS = {
    drawn_score.Verdict.SWAPPED: (
        rules.Severity.ERROR,
        "swapped folders",
        f"`{rules.PHOTOS}` looks drawn, `{rules.CARTOONS}` photographed; "
        f"{_SWAP}",
    ),
    drawn_score.Verdict.UNSURE: (
        rules.Severity.WARNING,
        "possibly swapped folders",
        f"`{rules.PHOTOS}` looks more drawn than `{rules.CARTOONS}`; look "
        f"at both, and if they are swapped, {_SWAP}",
    ),
    drawn_score.Verdict.ALIKE: (
        rules.Severity.WARNING,
        "similar folders",
        "Neither folder looks more drawn than the other; look at both: "
        f"`{rules.PHOTOS}` should contain photos, `{rules.CARTOONS}` drawings.",
    ),
}
