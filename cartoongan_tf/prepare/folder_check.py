"""Checks of the two folders that a style is trained on.

A full check measures every picture. The quick one, at the start of a run,
measures some of each folder, spread evenly.
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

# Pictures a folder: of 1000 draws none was judged wrongly.
_QUICK_CHECK_PICTURES = 40
_MIN_SHARE = 0.5  # Share of a quick check's pictures that is worth a line.


@dataclasses.dataclass(frozen=True)
class Folder:
    """A folder and the measures of its pictures."""

    flag: str
    scan: folder_scan.FolderScan
    measured: rules.Measured


def measure_folder(scan: folder_scan.FolderScan, flag: str) -> Folder:
    """Measures all pictures of a folder.

    Args:
        scan: The folder.
        flag: The flag that named it.
    """
    return Folder(flag, scan, _measure(scan.paths, flag))


def full_check(
    photos: Folder, cartoons: Folder, image_size: int
) -> list[rules.Finding]:
    """All findings, errors first."""
    found = _of_pair(
        photos.measured,
        cartoons.measured,
        photos.scan.paths,
        cartoons.scan.paths,
    )
    for folder in (photos, cartoons):
        found += rules.of_scan(folder.flag, folder.scan)
        if folder.measured:
            found += rules.of_count(folder.flag, len(folder.measured))
        found += rules.of_pictures(folder.flag, folder.measured, image_size)
        found += rules.of_duplicates(folder.flag, folder.measured)
    found += rules.of_grain(cartoons.measured)
    return _errors_first(found)


def quick_check(
    photo_paths: Sequence[pathlib.Path],
    cartoon_paths: Sequence[pathlib.Path],
    image_size: int,
) -> list[rules.Finding]:
    """Quick check on some pictures of each folder; errors first.

    Args:
        photo_paths: The photos.
        cartoon_paths: The cartoons.
        image_size: Height and width of the crops that are trained on.
    """
    photos = _measure(
        sampling.evenly_spaced(photo_paths, _QUICK_CHECK_PICTURES), rules.PHOTOS
    )
    cartoons = _measure(
        sampling.evenly_spaced(cartoon_paths, _QUICK_CHECK_PICTURES),
        rules.CARTOONS,
    )
    found = _of_pair(photos, cartoons, photo_paths, cartoon_paths)
    for flag, paths, measured in (
        (rules.PHOTOS, photo_paths, photos),
        (rules.CARTOONS, cartoon_paths, cartoons),
    ):
        found += rules.of_count(flag, len(paths))
        found += rules.of_pictures(
            flag, measured, image_size, least_share=_MIN_SHARE
        )
    return _errors_first(found)


def _measure(paths, flag):
    stage = f"Measuring {flag}"
    found = progress.in_threads(image_stats.measure_file, paths, stage)
    return dict(zip(paths, found, strict=True))


def _of_pair(photos, cartoons, photo_paths, cartoon_paths):
    # Whatever else the very same files have in common says nothing new.
    return pair_findings.of_same_files(
        overlaps.same_places(photo_paths, cartoon_paths)
    ) or [
        *pair_findings.of_kinds(photos, cartoons),
        *pair_findings.of_overlap(
            min(len(photo_paths), len(cartoon_paths)),
            overlaps.copies(photo_paths, cartoon_paths),
            _alike(photos, cartoons),
        ),
    ]


def _alike(photos, cartoons):
    """Near duplicates among the cartoons of a photo, and of which."""
    paths = list(photos)
    matches = near_duplicates.find_matches(
        *([m.fingerprint for m in side.values()] for side in (photos, cartoons))
    )
    return {
        path: f"like {paths[match]}"
        for path, match in zip(cartoons, matches, strict=True)
        if match is not None
    }


def _errors_first(found):
    return sorted(found, key=lambda finding: finding.severity)
