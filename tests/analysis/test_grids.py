import numpy as np
import pytest

from cartoongan_tf.analysis import grids


@pytest.fixture
def everywhere():
    return np.ones((64, 96), bool)


def strength(picture, mask):
    return grids.grid_strength(grids.phase_sums(picture, mask))


def gray(values):
    return np.repeat(np.asarray(values, "uint8")[..., None], 3, axis=-1)


def comb(period, columns=96):
    """Lines, one pixel wide and 6 levels darker, every `period` pixels."""
    picture = np.full((64, columns), 120)
    picture[:, ::period] -= 6
    return gray(picture)


def test_a_plain_picture_has_no_grid(everywhere):
    assert strength(gray(np.full((64, 96), 77)), everywhere) == 0


def test_a_comb_of_eight_pixels_is_a_grid(everywhere):
    # One column in eight is about 5 levels darker than its surroundings.
    assert strength(comb(8), everywhere) == pytest.approx(
        2 * 5 * np.sqrt(7) / 8, rel=0.15
    )


def test_a_checkerboard_is_a_grid(everywhere):
    board = 120 + 4 * (np.indices((64, 96)).sum(axis=0) % 2)
    # 2 levels above and below, all of the same magnitude.
    assert strength(gray(board), everywhere) == pytest.approx(2, rel=0.05)


def test_a_pattern_with_another_period_is_not_a_grid(everywhere):
    assert strength(comb(7), everywhere) < 0.2 * strength(comb(8), everywhere)


def test_grids_are_measured_on_flat_areas(everywhere):
    mask = everywhere.copy()
    mask[:, 32:] = False
    half = comb(8)
    half[:, :40] = 120
    assert strength(half, mask) == 0
    assert strength(half, ~mask) > 0


def test_drawn_lines_count_as_twelve_levels_at_most(everywhere):
    lines = np.full((64, 96), 120)
    lines[:, ::8] = 0
    sums = grids.phase_sums(gray(lines), everywhere)
    assert np.abs(sums[0] / sums[2]).max() == 12


def test_sums_add_up_over_pictures(everywhere):
    one, other = (
        grids.phase_sums(picture, everywhere)
        for picture in (comb(8), gray(np.full((64, 96), 50)))
    )
    assert grids.grid_strength(one + other) == pytest.approx(
        grids.grid_strength(one) / 2
    )


def test_pixels_beyond_whole_blocks_are_left_out():
    sums = grids.phase_sums(gray(np.full((21, 34), 50)), np.ones((21, 34)))
    assert (sums[2] == 2 * 4).all()


def test_a_position_without_flat_pixels_has_no_result(everywhere):
    assert strength(comb(8), ~everywhere) is None
    mask = everywhere.copy()
    mask[:, ::8] = False
    assert strength(comb(8), mask) is None
