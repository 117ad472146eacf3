import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.data import stray_strokes


@pytest.fixture
def crop(random):
    return random.integers(0, 256, (40, 56, 3), "uint8")


def lots(number, height=40, width=56):
    strokes = stray_strokes.sample_strokes(height, width, (3, number))
    return stray_strokes.Strokes(*(part.numpy() for part in strokes))


def expected_painting(image, strokes):
    """Pixel by pixel, in double precision."""
    painted = image.astype("float64")
    for begin, end, width, color, opacity in zip(*strokes, strict=True):
        along = (end - begin).astype("float64")
        for y, x in np.ndindex(image.shape[:2]):
            share = (np.array([x, y]) - begin) @ along / (along @ along)
            nearest = begin + np.clip(share, 0, 1) * along
            distance = np.hypot(*(np.array([x, y]) - nearest))
            cover = opacity * np.clip(0.5 + width / 2 - distance, 0, 1)
            painted[y, x] += cover * (color - painted[y, x])
    return painted


@pytest.mark.parametrize("number", range(4))
def test_rendered_strokes_equal_numpy(crop, number):
    strokes = lots(number)
    actual = stray_strokes.add_strokes(crop, (3, number))
    expected = expected_painting(crop, strokes)
    assert actual.dtype == tf.uint8
    np.testing.assert_allclose(actual, expected, atol=0.501)
    assert (actual.numpy() != crop).any()


def test_strokes_in_a_dataset_equal_eager_ones(crop):
    numbers = tf.data.Dataset.range(5).map(
        lambda n: stray_strokes.add_strokes(crop, tf.stack([3, n]))
    )
    for number, actual in enumerate(numbers.as_numpy_iterator()):
        eager = stray_strokes.add_strokes(crop, (3, number))
        np.testing.assert_array_equal(actual, eager)


def test_a_horizontal_stroke_has_its_width_and_length():
    """Ten pixels long, two wide: rows 8 and 9 but for the smooth borders."""
    strokes = stray_strokes.Strokes(
        begins=np.array([(5, 8.5)] * 6, "float32"),
        ends=np.array([(15, 8.5)] * 6, "float32"),
        widths=np.full(6, 2, "float32"),
        colors=np.full((6, 3), 40, "float32"),
        opacities=np.eye(6, dtype="float32")[0],
    )
    white = np.full((20, 24, 3), 200, "uint8")
    is_dark = stray_strokes.render(white, strokes).numpy()[..., 0] == 40
    assert is_dark[8:10, 5:16].all()
    assert is_dark.sum() == 2 * 11


def test_strokes_cover_the_documented_ranges():
    drawn = [lots(number) for number in range(300)]
    counts = [int(strokes.opacities.sum()) for strokes in drawn]
    assert set(counts) == {2, 3, 4, 5, 6}
    assert max(map(counts.count, counts)) < 80  # Of 60 each.
    for strokes, count in zip(drawn, counts, strict=True):
        np.testing.assert_array_equal(strokes.opacities, np.arange(6) < count)
    begins, ends, widths, colors, _ = map(
        np.concatenate, zip(*drawn, strict=True)
    )
    along = ends - begins
    lengths = np.hypot(*along.T)
    assert 3 <= lengths.min() + 1e-4 < 3.1
    assert 13.9 < lengths.max() - 1e-4 <= 14
    assert set(widths) == {1, 2}
    assert colors.min() == 0
    assert colors.max() == 89
    quadrants = set(zip(*(along > 0).T.tolist(), strict=True))
    assert len(quadrants) == 4
    for axis, side in enumerate((56, 40)):
        assert 0 <= begins[:, axis].min() < 1
        assert side - 2 < begins[:, axis].max() <= side - 1


def test_the_seed_changes_the_strokes(crop):
    first = stray_strokes.add_strokes(crop, (3, 1))
    again = stray_strokes.add_strokes(crop, (3, 1))
    other = stray_strokes.add_strokes(crop, (3, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
