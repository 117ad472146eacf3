"""Findings on a folder of pictures: problems and how to fix them.

Pure logic on measures and folder scans; no file is read here. Folders are
identified by the name of their flag.
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

# Photos in the authors' training set, and frames of their smallest style
# (Chen et al., 2018, and their answers on GitHub).
_AUTHORS_COUNT = {PHOTOS: 5402, CARTOONS: 2302}
# A user had poor results with 150 cartoons; the author recommended 3,000
# (SystemErrorWang/White-box-Cartoonization, issue 13). Our storybook style was
# trained on 413.
_MIN_PICTURES = 300
# Up to this share of a folder, a finding on pictures is a note.
_MAX_NOTE_SHARE = 0.05

# Thresholds from 536 photos and 856 cartoons:
# Chroma; 0 for a gray JPEG, and below 17 for one picture in 100.
_MIN_COLOR = 12
_MIN_BRIGHTNESS = 30  # Median luminance; one photo in 50 is darker.
_MIN_CONTRAST = 6  # The lowest measured is 9.8.
# Edge width; exceeded by 14 photos, no cartoon, and 92 of 100 pictures blurred
# by 2 of 256 pixels. Pictures in soft light exceed 1.7.
_MAX_BLUR = 2.5
# Medians are 0.81, 0.92, 1.5 and 4.6 for styles that are scanned, painted or
# saved as JPEG, 0.44 for a clean one, and 0.46 and 0.55 for the first two after
# denoising.
_MAX_GRAIN = 0.65
_MAX_BARS = 0.01  # Share of a picture; more than the dark rim of a scan.


class Severity(enum.IntEnum):
    """Severity of a finding; an error stops a run."""

    ERROR = 0
    WARNING = 1
    NOTE = 2


class Finding(NamedTuple):
    """A problem to know about before training.

    Attributes:
        severity: Severity; an error is certain to ruin a run.
        title: Short name.
        message: Description and fix.
        paths: Affected files.
        reasons: Short remarks on some of the files.
    """

    severity: Severity
    title: str
    message: str
    paths: Sequence[pathlib.Path] = ()
    reasons: Mapping[pathlib.Path, str] = types.MappingProxyType({})

    def lines(self) -> list[str]:
        """Returns the affected files, with their remarks."""
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
        "are gray, from which the generator would learn to drop colors; remove "
        "them unless that is the style.",
    ),
    _Rule(
        "night pictures",
        lambda m: (
            m.brightness < _MIN_BRIGHTNESS and m.contrast >= _MIN_CONTRAST
        ),
        "are mostly black and of little use; remove those that show nothing.",
    ),
    _Rule(
        "blank pictures",
        lambda m: m.contrast < _MIN_CONTRAST,
        "are of one color, such as fades and title cards; remove them.",
    ),
    _Rule(
        "blurred pictures",
        lambda m: m.blur > _MAX_BLUR and m.contrast >= _MIN_CONTRAST,
        "have no sharp edges; remove those that are out of focus.",
    ),
    _Rule(
        "black bars",
        lambda m: m.bars > _MAX_BARS,
        "have black bars, which the generator would learn to draw; crop them.",
    ),
)


def check_pictures(
    flag: str,
    measured: Measured,
    image_size: int,
    *,
    min_share: float = 0.0,
) -> list[Finding]:
    """Finds pictures that are small, gray, dark, blank, blurred or barred.

    Args:
        flag: Name of their folder's flag.
        measured: Measures by path.
        image_size: Height and width of training crops, in pixels.
        min_share: Minimum share of affected pictures to report, 0 to 1.
    """
    small = _Rule(
        "small pictures",
        lambda m: m.short_side < image_size,
        f"have a short side below `image_size`={image_size} and would be "
        "enlarged, which blurs them; find larger ones, or lower `image_size`.",
    )
    findings = []
    for rule in (small, *_RULES):
        paths = [p for p, m in measured.items() if rule.is_broken(m)]
        if paths and len(paths) >= min_share * len(measured):
            severity = _severity(len(paths), len(measured))
            message = (
                f"{len(paths)} of the {len(measured)} pictures measured in "
                f"`{flag}` {rule.message}"
            )
            findings.append(Finding(severity, rule.title, message, paths))
    return findings


def check_count(flag: str, count: int) -> list[Finding]:
    """Reports a folder with fewer pictures than the authors had."""
    target = _AUTHORS_COUNT[flag]
    if count >= target:
        return []
    unit = "photos" if flag == PHOTOS else "frames for their smallest style"
    message = (
        f"`{flag}` contains {count}; the authors trained on {target:,} {unit}. "
    )
    if count >= _MIN_PICTURES:
        message += "Fewer can suffice for a plain style; more are better."
        return [Finding(Severity.NOTE, "few pictures", message)]
    message += (
        "A user reported poor results with 150 cartoons; use at least "
        f"{_MIN_PICTURES}, better thousands."
    )
    return [Finding(Severity.WARNING, "too few pictures", message)]


def check_duplicates(flag: str, measured: Measured) -> list[Finding]:
    """Finds near duplicates in a folder."""
    paths = list(measured)
    groups = near_duplicates.find_duplicates(
        [m.fingerprint for m in measured.values()]
    )
    if not groups:
        return []
    repeated = {
        paths[i]: f"like {paths[group[0]].name}"
        for group in groups
        for i in group[1:]
    }
    severity = _severity(len(repeated), len(measured))
    message = (
        f"{len(repeated)} of the {len(measured)} pictures in `{flag}` are near "
        "duplicates, which training sees more often; keep one of each."
    )
    listed = [paths[i] for group in groups for i in group]
    return [Finding(severity, "near duplicates", message, listed, repeated)]


def check_grain(measured: Measured) -> list[Finding]:
    """Finds noise in flat areas of cartoons, which a generator would learn."""
    if not measured:
        return []
    grain = statistics.median(m.grain for m in measured.values())
    if grain < _MAX_GRAIN:
        return []
    paths = [p for p, m in measured.items() if m.grain >= _MAX_GRAIN]
    message = (
        f"flat areas in `{CARTOONS}` have noise of {grain:.1f} levels, which "
        "the generator would learn to draw on walls and skies; train with "
        "`denoise_cartoons`=4."
    )
    return [Finding(Severity.WARNING, "grain", message, paths)]


def check_scan(flag: str, scan: folder_scan.FolderScan) -> list[Finding]:
    """Reports unusable and skipped files, and a folder without pictures."""
    findings = []
    if not scan.paths:
        message = f"`{flag}`={scan.folder} contains no picture to train on."
        findings.append(Finding(Severity.ERROR, "no pictures", message))
    if scan.problems:
        bad = scan.problems
        message = (
            f"Unusable files in `{flag}`: {len(bad)}; fix or remove them, or "
            "train with `bad_images`=skip."
        )
        findings.append(
            Finding(Severity.ERROR, "broken files", message, list(bad), bad)
        )
    if scan.ignored:
        message = (
            f"Skipped in `{flag}`: {folder_walk.describe(scan.ignored)}; "
            "convert those that are pictures."
        )
        findings.append(Finding(Severity.NOTE, "files skipped", message))
    return findings


def _severity(count, total):
    is_exception = count <= _MAX_NOTE_SHARE * total
    return Severity.NOTE if is_exception else Severity.WARNING
