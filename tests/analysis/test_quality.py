import pytest

from cartoongan_tf.analysis import photo_consistency
from cartoongan_tf.analysis import quality
from cartoongan_tf.training import run_log

GOOD = photo_consistency.PhotoConsistency(
    stray=0.003,
    contours=0.95,
    grid=0.04,
    fringes=2.5,
    contrast=0.9,
    dark=20.0,
    light=90.0,
    details=0.7,
)
PHOTOS = GOOD._replace(grid=0.04)


def score(distance=0.0015, photos=PHOTOS, **changes):
    metrics = quality.components(GOOD._replace(**changes), photos)
    return quality.score(distance, metrics)


def test_within_all_limits_the_score_is_the_kernel_distance():
    assert score() == pytest.approx(1.5)
    assert score(-0.0002) == pytest.approx(-0.2)
    better = {
        "stray": 0.0,
        "contours": 1.0,
        "grid": 0.01,
        "fringes": 0.0,
        "contrast": 1.2,
    }
    assert score(**better) == pytest.approx(1.5)


@pytest.mark.parametrize(
    "beyond",
    [
        {"stray": 0.013},
        {"contours": 0.85},
        {"grid": 0.14},
        {"fringes": 7.5},
        {"contrast": 0.8},
    ],
)
def test_each_metric_beyond_its_limit_has_a_proportional_penalty(beyond):
    assert score(**beyond) == pytest.approx(2.5)
    ((name, value),) = beyond.items()
    half = (value + getattr(GOOD, name)) / 2
    assert score(**{name: half}) == pytest.approx(2.0)


def test_penalties_add_up():
    assert score(stray=0.023, contrast=0.85) == pytest.approx(1.5 + 2 + 0.5)


def test_the_grid_is_compared_with_the_photos_own():
    assert score(grid=0.1, photos=PHOTOS._replace(grid=0.1)) == pytest.approx(
        1.5
    )
    assert score(grid=0.1, photos=PHOTOS._replace(grid=0.0)) == pytest.approx(
        2.5
    )


def test_missing_metrics_have_no_penalty():
    nothing = dict.fromkeys(("stray", "contours", "grid", "contrast"))
    assert score(**nothing) == pytest.approx(1.5)
    assert score(photos=PHOTOS._replace(grid=None)) == pytest.approx(1.5)


def test_the_log_has_a_column_for_each_component_and_the_score():
    names = quality.components(GOOD, PHOTOS)
    assert names.keys() == quality.LIMITS.keys()
    assert {*names, quality.SCORE} <= set(run_log.METRICS)
