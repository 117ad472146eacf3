"""Quality score, which selects the best generator of a run.

KID alone is not enough: dashes on walls, grids and pale pictures can lower it.
The score is KID x 1000, plus a penalty for each metric beyond its limit,
proportional to the excess. Lower is better. A penalty of 1 outweighs the whole
range of KID: photos have about 2.2, and only other pictures of the same
illustrator reach 1.1.
"""

from collections.abc import Mapping
from typing import NamedTuple

from cartoongan_tf.analysis import photo_consistency

SCORE = "quality_score"


class Limit(NamedTuple):
    """Limit of a metric, and the penalty beyond it.

    Attributes:
        value: Value up to which there is no penalty.
        unit: Excess for a penalty of 1; negative for a lower limit.
    """

    value: float
    unit: float

    def penalty(self, metric: float | None) -> float:
        """Penalty of a metric; 0 within the limit, and for None."""
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
    """Components of the score other than KID, by the names of `LIMITS`.

    Args:
        cartoons: Consistency of the cartoons with their photos.
        photos: Consistency of the photos with themselves.
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
    """Computes the quality score. Lower is better.

    Args:
        kernel_distance: KID to the target cartoons.
        metrics: Metrics of `components`.
    """
    penalties = (limit.penalty(metrics[name]) for name, limit in LIMITS.items())
    return 1000 * kernel_distance + sum(penalties)
