import numpy as np
import pytest

from cartoongan_tf.analysis import details
from cartoongan_tf.analysis import fringes
from cartoongan_tf.analysis import grids
from cartoongan_tf.analysis import photo_consistency
from cartoongan_tf.analysis import strokes
from cartoongan_tf.analysis import structure
from cartoongan_tf.analysis import tones


@pytest.fixture
def photos():
    """A room and a wall, of two sizes, so that they do not weigh the same."""
    room = np.full((64, 96, 3), 170, "uint8")
    room[8:56:8, 40:88] = 30
    room[:, 88:] = (200, 60, 60)
    wall = np.full((104, 88, 3), 150, "uint8")
    wall[:, 60:] = 100
    return room, wall


@pytest.fixture
def cartoons(photos):
    """Dashes, a lost line, a rim, a comb, and less contrast."""
    room, wall = (photo // 2 + 60 for photo in photos)
    room[20:22, 5:25] = 40
    room[48] = 145
    room[:, 86] = (90, 190, 90)
    wall[:, :40:8] -= 5
    return room, wall


def compare(photos, cartoons):
    pool = photo_consistency.Pool()
    for photo, cartoon in zip(photos, cartoons, strict=True):
        pool.add(structure.find_structure(photo), cartoon)
    return pool.result()


def test_photos_are_consistent_with_themselves(photos):
    found = compare(photos, photos)
    assert found.stray == found.fringes == 0
    assert found.grid == pytest.approx(0, abs=1e-5)
    assert found.contours == found.contrast == 1
    assert found.details == pytest.approx(1, abs=1e-5)


def test_counts_are_pooled_over_all_pictures(photos, cartoons):
    found = compare(photos, cartoons)
    pairs = list(zip(photos, cartoons, strict=True))
    before = [structure.find_structure(photo) for photo in photos]
    made = list(zip(before, cartoons, strict=True))
    one, other = (strokes.count_strokes(*pair) for pair in made)
    assert found.stray == pytest.approx(
        (one.stray + other.stray) / (one.flat + other.flat)
    )
    assert found.contours == pytest.approx(
        (one.kept + other.kept) / (one.strong + other.strong)
    )
    phases = [grids.phase_sums(c, b.flat) for b, c in made]
    assert found.grid == pytest.approx(grids.grid_strength(sum(phases)))
    rims = [fringes.fringe(*pair) for pair in made]
    assert found.fringes == pytest.approx(np.mean(rims))
    kept = [details.compare(*pair) for pair in pairs]
    assert found.details == pytest.approx(
        sum(d.total for d in kept) / sum(d.pixels for d in kept)
    )
    assert min(found.stray, found.grid, found.fringes) > 0
    assert max(found.contours, found.details) < 1


def test_contrast_is_compared_as_a_whole(photos, cartoons):
    found = compare(photos, cartoons)
    before, after = (
        [tones.tones(p) for p in many] for many in (photos, cartoons)
    )
    deviations = [sum(t.deviation for t in many) for many in (before, after)]
    assert found.contrast == pytest.approx(deviations[1] / deviations[0])
    assert found.contrast == pytest.approx(0.5, abs=0.15)
    assert found.dark == pytest.approx(np.mean([t.dark for t in after]))
    assert found.light == pytest.approx(np.mean([t.light for t in after]))
    assert found.dark < found.light


def test_metrics_without_evidence_are_none():
    blank = np.full((32, 48, 3), 128, "uint8")
    found = compare([blank], [blank])
    assert found.contours is found.contrast is found.details is None
    assert found.stray == 0
    noise = np.random.default_rng(0).integers(0, 256, (32, 48, 3), "uint8")
    found = compare([noise], [noise])
    assert found.stray is found.grid is None
