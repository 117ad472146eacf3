"""The quality score, which decides what generator of a run is kept.

KID alone is no judge: dashes on walls, grids and pale pictures can lower it.
The score is KID x 1000, plus a penalty for each metric that is beyond its
limit, proportional to how far. Lower is better. A penalty of 1 outweighs all
that KID has to give: photos are at about 2.2, and 1.1 is what only another
picture of the same illustrator has.
"""

from collections.abc import Mapping
from typing import NamedTuple

from cartoongan_tf.analysis import photo_consistency

SCORE = "quality_score"


class Limit(NamedTuple):
    """Up to where a metric costs nothing, and what it costs beyond.

    Attributes:
        value: The limit.
        unit: How far beyond it the penalty is 1. Below 0 where the metric
            ought to be above its limit.
    """

    value: float
    unit: float

    def penalty(self, metric: float | None) -> float:
        """0 within the limit, and where there is no metric."""
        if metric is None:
            return 0.0
        return max(0.0, (metric - self.value) / self.unit)


LIMITS: Mapping[str, Limit] = {
    "stray_strokes": Limit(0.003, 0.01),
    "contours_kept": Limit(0.95, -0.1),
    "grid_added": Limit(0.0, 0.1),
    "fringes": Limit(2.5, 5.0),
    "contrast_kept": Limit(0.9, -0.1),
}


def components(
    cartoons: photo_consistency.PhotoConsistency,
    photos: photo_consistency.PhotoConsistency,
) -> dict[str, float | None]:
    """Components of the score beside KID, by the names of `LIMITS`.

    Args:
        cartoons: Fidelity of the cartoons.
        photos: That of the photos to themselves.
    """
    grid_added = None
    if cartoons.grid is not None and photos.grid is not None:
        grid_added = cartoons.grid - photos.grid
    return {
        "stray_strokes": cartoons.stray,
        "contours_kept": cartoons.contours,
        "grid_added": grid_added,
        "fringes": cartoons.fringes,
        "contrast_kept": cartoons.contrast,
    }


def score(kernel_distance: float, metrics: Mapping[str, float | None]) -> float:
    """The quality score. Lower is better.

    Args:
        kernel_distance: KID to the cartoons that are aimed at.
        metrics: Those of `components`.
    """
    penalties = (limit.penalty(metrics[name]) for name, limit in LIMITS.items())
    return 1000 * kernel_distance + sum(penalties)
