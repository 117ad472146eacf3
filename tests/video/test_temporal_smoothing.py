import cv2
import numpy as np
import pytest

from cartoongan_tf.analysis import shot_detection
from cartoongan_tf.data import samples
from cartoongan_tf.video import temporal_smoothing

HEIGHT, WIDTH = 120, 160


@pytest.fixture(scope="module")
def photos():
    return samples.read_photos()


@pytest.fixture
def pan(photos):
    """Frames of a camera that moves by `step` pixels per frame."""

    def pan(count, step=1.5, name="motorcycle"):
        for number in range(count):
            moved = np.array([[1, 0, -80 - step * number], [0, 1, -150]], float)
            yield cv2.warpAffine(
                photos[name], moved, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC
            )

    return pan


def flickering(photo, number):
    """A cartoon that is brighter in every other frame."""
    return cv2.convertScaleAbs(photo, alpha=0.8, beta=20 * (number % 2))


def flicker(frames):
    """Mean change of brightness from frame to frame."""
    light = np.array([frame.astype(float).mean() for frame in frames])
    return np.abs(np.diff(light)).mean()


def smoothed(photos, cartoons):
    smoother = temporal_smoothing.TemporalSmoother()
    return [smoother(p, c) for p, c in zip(photos, cartoons, strict=True)]


def test_cartoons_of_a_pan_flicker_less(pan):
    frames = list(pan(16))
    cartoons = [flickering(p, n) for n, p in enumerate(frames)]
    results = smoothed(frames, cartoons)
    assert flicker(results) < 0.5 * flicker(cartoons)


def test_large_pictures_flicker_less_as_well(photos):
    """Motion is found in smaller ones, a half as wide here."""
    whole = cv2.resize(photos["motorcycle"], (1482, 1000))
    frames = [
        np.ascontiguousarray(whole[at : at + 640, 2 * at : 2 * at + 960])
        for at in range(100, 156, 7)
    ]
    cartoons = [flickering(p, n) for n, p in enumerate(frames)]
    assert flicker(smoothed(frames, cartoons)) < 0.6 * flicker(cartoons)


def test_results_follow_motion(pan):
    """Without motion compensation, results would show ghosts."""
    frames = list(pan(12, step=3.0))
    results = smoothed(frames, frames)
    ghost = cv2.addWeighted(frames[-1], 0.35, frames[-2], 0.65, 0)
    off = np.abs(results[-1].astype(float) - frames[-1]).mean()
    assert off < 0.3 * np.abs(ghost.astype(float) - frames[-1]).mean()


def test_moving_pictures_stay_sharp(pan):
    frames = list(pan(20))
    results = smoothed(frames, frames)
    before, after = (  # Along the way that they move.
        cv2.Sobel(f[-1][:, :, 1], cv2.CV_32F, dx=2, dy=0, ksize=1).var()
        for f in (frames, results)
    )
    assert before < after < 1.3 * before


def test_halos_do_not_grow_without_motion(photos, random):
    still = photos["coffee"][:HEIGHT, :WIDTH]
    noisy = [
        np.clip(still + random.normal(0, 3, still.shape), 0, 255).astype(
            "uint8"
        )
        for _ in range(40)
    ]
    result = smoothed(noisy, [still] * 40)[-1]
    assert np.abs(result.astype(int) - still).max() <= 6


def test_the_first_frame_after_a_cut_is_not_smoothed(pan):
    smoother = temporal_smoothing.TemporalSmoother()
    for photo in pan(3):
        smoother(photo, photo)
    other = next(pan(1, name="coffee"))
    cartoon = 255 - other
    np.testing.assert_array_equal(smoother(other, cartoon), cartoon)


def test_a_pan_is_not_a_cut(pan):
    first, second = pan(2, step=6)
    assert not shot_detection.is_cut_between(first, second)
    assert shot_detection.is_cut_between(first, next(pan(1, name="coffee")))


def test_uncovered_pixels_are_not_smoothed(photos):
    """A bright object disappears and reveals the background."""
    background = photos["motorcycle"][100 : 100 + HEIGHT, 50 : 50 + WIDTH]
    before = background.copy()
    before[40:80, 60:100] = 255 - before[40:80, 60:100] // 4
    smoother = temporal_smoothing.TemporalSmoother()
    smoother(before, before)
    result = smoother(background, background)
    off = np.abs(result.astype(float) - background)
    assert off[44:76, 64:96].mean() < 2


@pytest.mark.parametrize("size", [(120, 90), (200, 150)])
def test_a_picture_of_another_size_is_not_smoothed(pan, size):
    smoother = temporal_smoothing.TemporalSmoother()
    photo = next(pan(1))
    smoother(photo, photo)
    other = cv2.resize(photo, size)
    np.testing.assert_array_equal(smoother(other, 255 - other), 255 - other)


def test_another_smoother_continues_from_the_state(pan):
    frames = list(pan(8))
    cartoons = [flickering(p, n) for n, p in enumerate(frames)]
    whole = smoothed(frames, cartoons)
    first = temporal_smoothing.TemporalSmoother()
    for photo, cartoon in zip(frames[:5], cartoons[:5], strict=True):
        first(photo, cartoon)
    second = temporal_smoothing.TemporalSmoother(first.state)
    for photo, cartoon, expected in zip(
        frames[5:], cartoons[5:], whole[5:], strict=True
    ):
        np.testing.assert_array_equal(second(photo, cartoon), expected)


def test_inputs_and_earlier_results_are_not_changed(pan):
    frames = list(pan(3))
    copies = [frame.copy() for frame in frames]
    smoother = temporal_smoothing.TemporalSmoother()
    results = [smoother(f, 255 - f) for f in frames]
    kept = results[1].copy()
    smoother(frames[0], frames[0])
    np.testing.assert_array_equal(results[1], kept)
    np.testing.assert_array_equal(frames, copies)


def test_sudden_light_is_not_smoothed(photos):
    dark = np.ascontiguousarray(photos["motorcycle"][150:270, 80:240]) // 2
    lit = dark.copy()
    lit[:, :60] += 60
    smoother = temporal_smoothing.TemporalSmoother()
    smoother(dark, dark)
    off = np.abs(smoother(lit, lit).astype(float) - lit)
    assert off[:, :50].mean() < 1


@pytest.fixture
def faint(random):
    """A photo of low contrast, in which all places have similar colors."""
    noise = random.normal(0, 1, (200, 400, 3)).astype("float32")
    blurred = cv2.GaussianBlur(noise, (0, 0), 3)
    return np.uint8(128 + 6 * blurred / blurred.std())


def blacks_and_whites(random, shape):
    """A cartoon in which the color clamp has no effect."""
    return random.choice(np.uint8([0, 255]), shape)


def test_pixels_that_enter_at_a_border_are_not_smoothed(faint, random):
    before, photo = faint[:, 20:320], faint[:, :300]
    old, new = blacks_and_whites(random, (2, *photo.shape))
    smoother = temporal_smoothing.TemporalSmoother(
        temporal_smoothing.State(before, old)
    )
    changed = (smoother(photo, new) != new).any(axis=2).mean(axis=0)
    assert changed[:17].max() == 0
    assert changed[40:].mean() > 0.5


def test_revealed_pixels_are_not_smoothed(faint, random):
    ground, subject = faint[:, :300], faint[:80, 320:380]

    def photo_at(left):
        photo = ground.copy()
        photo[60:140, left : left + 60] = subject
        return photo

    old, new = blacks_and_whites(random, (2, *ground.shape))
    state = temporal_smoothing.State(photo_at(100), old)
    result = temporal_smoothing.TemporalSmoother(state)(photo_at(112), new)
    weight = np.abs(result.astype(float) - new).mean(axis=2)
    hidden, moved = weight[70:130, 101:109], weight[70:130, 130:160]
    assert hidden.mean() < 0.4 * moved.mean()
