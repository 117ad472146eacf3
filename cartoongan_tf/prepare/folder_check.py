"""Checks of the photo and cartoon folders for training.

The full check measures every picture. The quick check, at the start of a run,
measures an evenly spaced sample of each folder.
"""

import dataclasses
import pathlib
from collections.abc import Sequence

from cartoongan_tf.analysis import near_duplicates
from cartoongan_tf.core import progress
from cartoongan_tf.core import sampling
from cartoongan_tf.data import folder_scan
from cartoongan_tf.prepare import image_stats
from cartoongan_tf.prepare import overlaps
from cartoongan_tf.prepare import pair_findings
from cartoongan_tf.prepare import rules

# Sample size per folder; of 1000 random samples, none was misjudged.
_QUICK_CHECK_PICTURES = 40
_MIN_REPORTED_SHARE = 0.5  # Of the pictures of a quick check.


@dataclasses.dataclass(frozen=True)
class Folder:
    """A folder and the measures of its pictures.

    Attributes:
        flag: Name of its flag, `rules.PHOTOS` or `rules.CARTOONS`.
        scan: Files of the folder.
        measured: Measures by path.
    """

    flag: str
    scan: folder_scan.FolderScan
    measured: rules.Measured


def measure_folder(scan: folder_scan.FolderScan, flag: str) -> Folder:
    """Measures all pictures of a folder.

    Args:
        scan: Files of the folder.
        flag: Name of its flag.
    """
    return Folder(flag, scan, _measure(scan.paths, flag))


def full_check(
    photos: Folder, cartoons: Folder, image_size: int
) -> list[rules.Finding]:
    """Checks all pictures; returns all findings, errors first."""
    findings = _check_pair(
        photos.measured,
        cartoons.measured,
        photos.scan.paths,
        cartoons.scan.paths,
    )
    for folder in (photos, cartoons):
        findings += rules.check_scan(folder.flag, folder.scan)
        if folder.measured:
            findings += rules.check_count(folder.flag, len(folder.measured))
        findings += rules.check_pictures(
            folder.flag, folder.measured, image_size
        )
        findings += rules.check_duplicates(folder.flag, folder.measured)
    findings += rules.check_grain(cartoons.measured)
    return _errors_first(findings)


def quick_check(
    photo_paths: Sequence[pathlib.Path],
    cartoon_paths: Sequence[pathlib.Path],
    image_size: int,
) -> list[rules.Finding]:
    """Checks a sample of each folder; returns the findings, errors first.

    Args:
        photo_paths: Paths of all photos.
        cartoon_paths: Paths of all cartoons.
        image_size: Height and width of training crops, in pixels.
    """
    photos = _measure(
        sampling.evenly_spaced(photo_paths, _QUICK_CHECK_PICTURES), rules.PHOTOS
    )
    cartoons = _measure(
        sampling.evenly_spaced(cartoon_paths, _QUICK_CHECK_PICTURES),
        rules.CARTOONS,
    )
    findings = _check_pair(photos, cartoons, photo_paths, cartoon_paths)
    for flag, paths, measured in (
        (rules.PHOTOS, photo_paths, photos),
        (rules.CARTOONS, cartoon_paths, cartoons),
    ):
        findings += rules.check_count(flag, len(paths))
        findings += rules.check_pictures(
            flag, measured, image_size, min_share=_MIN_REPORTED_SHARE
        )
    return _errors_first(findings)


def _measure(paths, flag):
    stage = f"Measuring {flag}"
    measures = progress.in_threads(image_stats.measure_file, paths, stage)
    return dict(zip(paths, measures, strict=True))


def _check_pair(photos, cartoons, photo_paths, cartoon_paths):
    # For identical files, the other checks would be redundant.
    return pair_findings.check_same_files(
        overlaps.same_files(photo_paths, cartoon_paths)
    ) or [
        *pair_findings.check_drawn_scores(photos, cartoons),
        *pair_findings.check_overlap(
            min(len(photo_paths), len(cartoon_paths)),
            overlaps.copies(photo_paths, cartoon_paths),
            _find_near_duplicates(photos, cartoons),
        ),
    ]


def _find_near_duplicates(photos, cartoons):
    """Finds cartoons that are near duplicates of a photo, with a reason."""
    paths = list(photos)
    matches = near_duplicates.find_matches(
        *([m.fingerprint for m in side.values()] for side in (photos, cartoons))
    )
    return {
        path: f"like {paths[match]}"
        for path, match in zip(cartoons, matches, strict=True)
        if match is not None
    }


def _errors_first(findings):
    return sorted(findings, key=lambda finding: finding.severity)
