"""Photo consistency: structure that cartoons add to photos, or lose.

Metrics are pooled over all pictures: shares are relative to the pixels of all
pictures. A mean of each picture's share would give a photo with one flat corner
the weight of a wall.
"""

import dataclasses
from typing import NamedTuple

import numpy as np

from cartoongan_tf.analysis import details
from cartoongan_tf.analysis import fringes
from cartoongan_tf.analysis import grids
from cartoongan_tf.analysis import strokes
from cartoongan_tf.analysis import structure
from cartoongan_tf.analysis import tones


class PhotoConsistency(NamedTuple):
    """Comparison of cartoons with their photos; None where it is undefined.

    Attributes:
        stray: Share of the photos' flat pixels with a stroke (`strokes.py`).
        contours: Share of the photos' strong edges that are kept.
        grid: Grid artifacts on the photos' flat areas, in gray levels of 255
            (`grids.py`).
        fringes: Mean over the pictures of `fringes.fringe`.
        contrast: Mean standard deviation of CIE L of the cartoons, divided by
            that of the photos. A mean of ratios would depend on the grayest
            photo.
        dark: Mean over the cartoons of the 2nd percentile of L.
        light: Mean over the cartoons of the 98th percentile of L.
        details: Mean local correlation of details (`details.py`).
    """

    stray: float | None
    contours: float | None
    grid: float | None
    fringes: float | None
    contrast: float | None
    dark: float
    light: float
    details: float | None


@dataclasses.dataclass(frozen=True)
class Pool:
    """Measurements of each picture, to be pooled."""

    strokes: list = dataclasses.field(default_factory=list)
    phases: list = dataclasses.field(default_factory=list)
    fringes: list = dataclasses.field(default_factory=list)
    tones: list = dataclasses.field(default_factory=list)
    deviations: list = dataclasses.field(default_factory=list)
    details: list = dataclasses.field(default_factory=list)

    def add(self, before: structure.Structure, cartoon: np.ndarray) -> None:
        """Adds a cartoon.

        Args:
            before: Structure of its photo.
            cartoon: uint8 RGB, of the photo's shape `(height, width, 3)`.
        """
        self.strokes.append(strokes.count_strokes(before, cartoon))
        self.phases.append(grids.phase_sums(cartoon, before.flat))
        self.fringes.append(fringes.fringe(before, cartoon))
        self.tones.append(tones.tones(cartoon))
        self.deviations.append(tones.tones(before.photo).deviation)
        self.details.append(details.compare(before.photo, cartoon))

    def result(self) -> PhotoConsistency:
        """Pools all measurements, of at least one cartoon."""
        counts = strokes.Strokes(*np.sum(self.strokes, axis=0))
        kept = details.Details(*np.sum(self.details, axis=0))
        deviation, dark, light = np.mean(self.tones, axis=0)
        return PhotoConsistency(
            stray=_ratio(counts.stray, counts.flat),
            contours=_ratio(counts.kept, counts.strong),
            grid=grids.grid_strength(np.sum(self.phases, axis=0)),
            fringes=float(np.mean(self.fringes)),
            contrast=_ratio(deviation, np.mean(self.deviations)),
            dark=float(dark),
            light=float(light),
            details=_ratio(kept.total, kept.pixels),
        )


def _ratio(part, whole):
    return float(part / whole) if whole else None
