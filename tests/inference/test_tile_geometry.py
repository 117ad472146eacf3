import itertools

import numpy as np
import pytest

from cartoongan_tf.inference import tile_geometry

LENGTHS = [16, 201, 220, 221, 223, 300, 517, 1000, 1001, 4003]


def cases():
    for radius in (0, 10, 50):
        for side in (4 * radius + 20, 4 * radius + 23, 220):
            yield side, radius


@pytest.mark.parametrize(("side", "radius"), cases())
@pytest.mark.parametrize("length", LENGTHS)
def test_each_pixel_is_kept_once_in_order(length, side, radius):
    kept = [
        np.arange(length)[span.kept]
        for span in tile_geometry.spans(length, side, radius)
    ]
    np.testing.assert_array_equal(np.concatenate(kept), np.arange(length))
    assert all(part.size for part in kept)


@pytest.mark.parametrize(("side", "radius"), cases())
@pytest.mark.parametrize("length", LENGTHS)
def test_kept_pixels_see_their_receptive_field(length, side, radius):
    for seen, kept in tile_geometry.spans(length, side, radius):
        assert seen.start == 0 or kept.start - seen.start >= radius
        assert seen.stop == length or seen.stop - kept.stop >= radius


@pytest.mark.parametrize(("side", "radius"), cases())
@pytest.mark.parametrize("length", LENGTHS)
def test_spans_begin_with_the_strides_and_are_no_longer_than_a_tile(
    length, side, radius
):
    for seen, _ in tile_geometry.spans(length, side, radius):
        assert seen.start % 4 == 0
        # The last one ends with the picture.
        assert seen.stop - seen.start <= side + 3


def test_a_small_side_is_one_span():
    (span,) = tile_geometry.spans(30, 200, 50)
    assert span.seen == span.kept == span.inner == slice(0, 30)


def test_tiles_put_together_are_the_picture(random):
    picture = random.integers(0, 256, (470, 333), "uint8")
    copy = np.zeros_like(picture)
    spans = (tile_geometry.spans(side, 120, 13) for side in picture.shape)
    for rows, columns in itertools.product(*spans):
        seen = picture[rows.seen, columns.seen]
        copy[rows.kept, columns.kept] = seen[rows.inner, columns.inner]
    np.testing.assert_array_equal(copy, picture)


def test_there_are_no_more_and_no_longer_spans_than_needed():
    spans = tile_geometry.spans(4000, 1280, 50)
    assert len(spans) == 4
    seen = sum(span.seen.stop - span.seen.start for span in spans)
    assert seen <= 4000 + 3 * (2 * 50 + 4) + 4 * 4
