import film_maker
import numpy as np
import pytest

from cartoongan_tf.analysis import shot_detection
from cartoongan_tf.data import synthetic_scenes

HEIGHT, WIDTH = 180, 320
BLACK = np.zeros((HEIGHT, WIDTH, 3), "uint8")


def scene(number):
    drawn = synthetic_scenes.draw_scene(number, WIDTH)[100 : 100 + HEIGHT]
    return np.ascontiguousarray(drawn)


FIRST, SECOND, THIRD = map(scene, range(3))


def sampled(*stretches):
    """Times and pictures, as often as `films` gives them."""
    frames = [frame for frames in stretches for frame in frames]
    every = film_maker.RATE // shot_detection.RATE
    return [
        (number / film_maker.RATE, frames[number])
        for number in range(0, len(frames), every)
    ]


def split(*stretches, most=3):
    return list(shot_detection.split(sampled(*stretches), max_picks=most))


def picks(*stretches, most=3):
    return [
        picture
        for stretch in split(*stretches, most=most)
        for _, picture in stretch.picks
    ]


def assert_same(pictures, expected):
    assert len(pictures) == len(expected)
    for picture, other in zip(pictures, expected, strict=True):
        np.testing.assert_array_equal(picture, other)


def test_each_shot_gives_a_frame():
    chosen = picks(
        film_maker.still(FIRST, 1),
        film_maker.still(SECOND, 1),
        film_maker.still(THIRD, 1),
    )
    assert_same(chosen, [FIRST, SECOND, THIRD])


def test_a_cut_to_a_similar_picture_is_detected_in_a_still_video():
    similar = FIRST.copy()
    similar[:, 120:200] = SECOND[:, 120:200]
    film = [film_maker.still(FIRST, 1), film_maker.still(similar, 1)]
    assert_same(picks(*film), [FIRST, similar])


@pytest.mark.parametrize("seconds", [0.5, 1, 2])
def test_no_frame_of_a_cross_fade_is_chosen(seconds):
    chosen = picks(
        film_maker.still(FIRST, 1),
        film_maker.fade(FIRST, SECOND, seconds),
        film_maker.still(SECOND, 1),
    )
    assert_same(chosen, [FIRST, SECOND])


def test_no_frame_of_a_fade_through_black_is_chosen():
    film = [
        film_maker.still(BLACK, 0.5),
        film_maker.fade(BLACK, FIRST, 1),
        film_maker.still(FIRST, 1),
        film_maker.fade(FIRST, BLACK, 0.5),
        film_maker.fade(BLACK, SECOND, 0.5),
        film_maker.still(SECOND, 1),
    ]
    assert_same(picks(*film), [FIRST, SECOND])


def test_frames_are_counted_by_label():
    stretches = split(
        film_maker.still(BLACK, 1),
        film_maker.still(FIRST, 1),
        film_maker.fade(FIRST, SECOND, 1),
        film_maker.still(SECOND, 1),
    )
    assert sum(stretch.looked for stretch in stretches) == 24
    assert sum(stretch.empty for stretch in stretches) == 6
    assert sum(stretch.mixed for stretch in stretches) in (5, 6)


@pytest.mark.parametrize("level", [0, 12, 128, 250])
def test_a_picture_of_one_color_is_empty(level):
    card = np.full_like(BLACK, level)
    card[80:90, 140:180] = 255 - level
    (stretch,) = split(film_maker.still(card, 1))
    assert (stretch.empty, stretch.picks) == (6, [])


def test_bars_do_not_hide_a_one_color_frame():
    """Else a bright sky between bars would be two colors."""
    sky = np.full((100, WIDTH, 3), 200, "uint8")
    (stretch,) = split(film_maker.still(film_maker.with_bars(sky, HEIGHT), 1))
    assert stretch.empty == 6


def test_cuts_are_detected_between_bars():
    """Between wide bars little of a frame changes; faint pictures, too."""
    stripes = 80 + 60 * (np.arange(WIDTH) // 40 % 2)
    one = np.tile(stripes[None, :, None], (60, 1, 3)).astype("uint8")
    other = one + np.uint8(20)
    film = [
        film_maker.still(film_maker.with_bars(picture, HEIGHT), 1)
        for picture in (one, other)
    ]
    assert len(split(*film)) == 2


def test_a_flash_is_not_chosen():
    flash = film_maker.still(SECOND, 1 / shot_detection.RATE)
    film = [film_maker.still(FIRST, 1), flash, film_maker.still(THIRD, 1)]
    stretches = split(*film)
    assert_same(picks(*film), [FIRST, THIRD])
    assert sum(stretch.mixed for stretch in stretches) == 1


def test_the_stillest_and_sharpest_frame_of_a_shot_is_chosen():
    faint = film_maker.blurred(FIRST, 1.5)
    (chosen,) = picks(
        film_maker.still(faint, 1),
        film_maker.still(FIRST, 0.5),
        film_maker.still(faint, 1),
    )
    np.testing.assert_array_equal(chosen, FIRST)


@pytest.mark.parametrize(("most", "count"), [(1, 1), (2, 2), (9, 5)])
def test_a_long_pan_yields_several_different_frames(most, count):
    panorama = np.hstack([scene(number) for number in (1, 4, 9)])
    (stretch,) = split(film_maker.pan(panorama, WIDTH, 8), most=most)
    times = [time for time, _ in stretch.picks]
    assert len(times) == count
    assert all(np.diff(times) >= 1.4)


def test_a_pan_is_not_a_fade():
    panorama = np.hstack([scene(number) for number in (1, 4, 9)])
    (stretch,) = split(film_maker.pan(panorama, WIDTH, 8))
    assert stretch.mixed == 0


def test_a_slow_cross_fade_is_detected():
    stretches = split(
        film_maker.still(FIRST, 1),
        film_maker.fade(FIRST, SECOND, 6),
        film_maker.still(SECOND, 1),
    )
    assert sum(stretch.mixed for stretch in stretches) > 30


def test_quick_cross_fades_in_a_row_are_detected():
    chosen = picks(
        film_maker.still(FIRST, 0.5),
        film_maker.fade(FIRST, SECOND, 0.5),
        film_maker.still(SECOND, 1 / shot_detection.RATE),
        film_maker.fade(SECOND, FIRST, 0.5),
        film_maker.still(FIRST, 1),
    )
    assert_same(chosen, [FIRST, FIRST])


def test_still_frames_are_preferred_to_slightly_sharper_ones():
    still = film_maker.blurred(FIRST, 0.6)
    wide = np.hstack([SECOND[:, -80:], FIRST])
    ((_, chosen),) = split(
        film_maker.pan(wide, WIDTH, 1.5), film_maker.still(still, 1), most=1
    )[-1].picks
    np.testing.assert_array_equal(chosen, still)


def test_splitting_resumes_at_the_end_of_any_stretch():
    panorama = np.hstack([THIRD, scene(3)])
    frames = sampled(
        film_maker.still(FIRST, 1),
        film_maker.fade(FIRST, SECOND, 1),
        film_maker.still(SECOND, 1),
        film_maker.pan(panorama, WIDTH, 3),
        film_maker.still(BLACK, 1),
        film_maker.still(FIRST, 1),
    )
    whole = list(shot_detection.split(frames, max_picks=2))
    assert len(whole) == 6
    for number, stretch in enumerate(whole[:-1], start=1):
        rest = [frame for frame in frames if frame[0] >= stretch.context]
        again = list(shot_detection.split(rest, max_picks=2, begin=stretch.end))
        assert list(map(summary, again)) == list(map(summary, whole[number:]))


def summary(stretch):
    times = [time for time, _ in stretch.picks]
    return *stretch[:-1], times
