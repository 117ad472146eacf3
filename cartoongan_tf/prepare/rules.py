"""Findings: what is wrong with a folder of pictures, and what to do about it.

Pure logic on measures and folder scans; no file is read here. Folders go by
the flag that names them.
"""

import enum
import pathlib
import statistics
import types
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import NamedTuple

from cartoongan_tf.analysis import near_duplicates
from cartoongan_tf.core import folder_walk
from cartoongan_tf.data import folder_scan
from cartoongan_tf.prepare import image_stats

PHOTOS = "photo_dir"
CARTOONS = "cartoon_dir"

# Photos that the authors trained on, and frames of their smallest style
# (Chen et al., 2018, and their answers on GitHub).
_AUTHORS_COUNT = {PHOTOS: 5402, CARTOONS: 2302}
# A user had poor results from 150 cartoons, where the author advised 3,000
# (SystemErrorWang/White-box-Cartoonization, issue 13); our storybook style
# comes of 413.
_MIN_PICTURES = 300
# Share of a folder up to which pictures are only a note.
_MAX_NOTE_SHARE = 0.05

# Measured on 536 photos and 856 cartoons:
# Color of a gray JPEG is 0; one picture in 100 has less than 17.
_MIN_COLOR = 12
_MIN_LUMINANCE = 30  # Median luminance; one photo in 50 is darker.
_MIN_CONTRAST = 6  # Contrast; the lowest of all is 9.8.
# Width of edges: 14 photos have more and no cartoon, and 92 of 100 pictures
# that are blurred by 2 of 256 pixels. From 1.7 on there are soft lights.
_MAX_EDGE_WIDTH = 2.5
# Medians: 0.81, 0.92, 1.5 and 4.6 of styles that are scanned, painted or kept
# as JPEG, 0.44 of a clean one, and of the first two 0.46 and 0.55 denoised.
_GRAIN = 0.65
_BARS = 0.01  # Share of a picture; a dark rim of a scan is less.


class Severity(enum.IntEnum):
    """Severity of a finding; an error stops a run."""

    ERROR = 0
    WARNING = 1
    NOTE = 2


class Finding(NamedTuple):
    """Something to know before training.

    Attributes:
        severity: Only what is certain to spoil a run is an error.
        title: A few words.
        message: What it means, and what to do.
        paths: The pictures concerned.
        reasons: A few words on some of them.
    """

    severity: Severity
    title: str
    message: str
    paths: Sequence[pathlib.Path] = ()
    reasons: Mapping[pathlib.Path, str] = types.MappingProxyType({})

    def lines(self) -> list[str]:
        """The pictures concerned, each with its reason if there is one."""
        return [
            f"{path}: {self.reasons[path]}"
            if path in self.reasons
            else str(path)
            for path in self.paths
        ]


Measured = Mapping[pathlib.Path, image_stats.Measures]


class _Rule(NamedTuple):
    title: str
    is_broken: Callable[[image_stats.Measures], bool]
    message: str


_RULES = (
    _Rule(
        "gray pictures",
        lambda m: m.color < _MIN_COLOR,
        "are gray, and teach to leave out color; take them out unless that "
        "is the style.",
    ),
    _Rule(
        "night pictures",
        lambda m: m.brightness < _MIN_LUMINANCE and m.contrast >= _MIN_CONTRAST,
        "are mostly black, and teach little; take out those that show nothing.",
    ),
    _Rule(
        "blank pictures",
        lambda m: m.contrast < _MIN_CONTRAST,
        "are of one color, such as fades and title cards; take them out.",
    ),
    _Rule(
        "blurred pictures",
        lambda m: m.blur > _MAX_EDGE_WIDTH and m.contrast >= _MIN_CONTRAST,
        "have no sharp edge anywhere; take out those that are out of focus.",
    ),
    _Rule(
        "black bars",
        lambda m: m.bars > _BARS,
        "have black bars, which the generator would learn to draw; cut them.",
    ),
)


def of_pictures(
    flag: str,
    measured: Measured,
    image_size: int,
    *,
    least_share: float = 0.0,
) -> list[Finding]:
    """Pictures that are small, gray, dark, blank, blurred, or have bars.

    Args:
        flag: The flag of their folder.
        measured: Their measures.
        image_size: Height and width of the crops that are trained on.
        least_share: Share of the pictures from which on this is told.
    """
    small = _Rule(
        "small pictures",
        lambda m: m.short_side < image_size,
        f"have a short side below `image_size`={image_size} and would be "
        "enlarged, which blurs them; find larger ones, or lower `image_size`.",
    )
    found = []
    for rule in (small, *_RULES):
        paths = [p for p, m in measured.items() if rule.is_broken(m)]
        if paths and len(paths) >= least_share * len(measured):
            severity = _severity(len(paths), len(measured))
            message = (
                f"{len(paths)} of the {len(measured)} pictures measured in "
                f"`{flag}` {rule.message}"
            )
            found.append(Finding(severity, rule.title, message, paths))
    return found


def of_count(flag: str, count: int) -> list[Finding]:
    """Too few pictures, by what others trained on."""
    target = _AUTHORS_COUNT[flag]
    if count >= target:
        return []
    kind = "photos" if flag == PHOTOS else "frames, for their smallest style"
    message = (
        f"`{flag}` holds {count}; the authors trained on {target:,} {kind}. "
    )
    if count >= _MIN_PICTURES:
        message += "Fewer can do for a plain style; more are better."
        return [Finding(Severity.NOTE, "few pictures", message)]
    message += (
        "A user reported poor results from 150 cartoons; gather at least "
        f"{_MIN_PICTURES}, better thousands."
    )
    return [Finding(Severity.WARNING, "too few pictures", message)]


def of_duplicates(flag: str, measured: Measured) -> list[Finding]:
    """Pictures that a folder holds more than once."""
    paths = list(measured)
    groups = near_duplicates.find_duplicates(
        [m.fingerprint for m in measured.values()]
    )
    if not groups:
        return []
    again = {
        paths[i]: f"like {paths[group[0]].name}"
        for group in groups
        for i in group[1:]
    }
    severity = _severity(len(again), len(measured))
    message = (
        f"{len(again)} of the {len(measured)} pictures in `{flag}` are nearly "
        "the same as another; they count more than once, so keep one of each."
    )
    shown = [paths[i] for group in groups for i in group]
    return [Finding(severity, "near duplicates", message, shown, again)]


def of_grain(measured: Measured) -> list[Finding]:
    """Cartoons whose flat areas have noise, which a generator would learn."""
    if not measured:
        return []
    grain = statistics.median(m.grain for m in measured.values())
    if grain < _GRAIN:
        return []
    paths = [p for p, m in measured.items() if m.grain >= _GRAIN]
    message = (
        f"flat areas in `{CARTOONS}` have noise of {grain:.1f} levels, which "
        "the generator would learn to draw on walls and skies; train with "
        "`denoise_cartoons`=4."
    )
    return [Finding(Severity.WARNING, "grain", message, paths)]


def of_scan(flag: str, scan: folder_scan.FolderScan) -> list[Finding]:
    """Files that cannot be used."""
    found = []
    if not scan.paths:
        message = f"`{flag}`={scan.folder} holds no picture to train on."
        found.append(Finding(Severity.ERROR, "no pictures", message))
    if scan.problems:
        bad = scan.problems
        message = (
            f"Files in `{flag}` that cannot be used: {len(bad)}; fix or "
            "remove them, or train with `bad_images`=skip."
        )
        found.append(
            Finding(Severity.ERROR, "broken files", message, list(bad), bad)
        )
    if scan.ignored:
        message = (
            f"Left out of `{flag}`: {folder_walk.describe(scan.ignored)}; "
            "convert those that are pictures."
        )
        found.append(Finding(Severity.NOTE, "files skipped", message))
    return found


def _severity(count, total):
    is_exception = count <= _MAX_NOTE_SHARE * total
    return Severity.NOTE if is_exception else Severity.WARNING
