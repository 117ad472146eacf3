import math

import numpy as np
import pytest

from cartoongan_tf import losses

FORMS = losses.ADVERSARIAL_LOSSES
HIGH = np.full((2, 4, 6, 1), 9, "float32")
LOW = -HIGH
UNDECIDED = np.zeros_like(HIGH)


def test_undecided_log_discriminator_pays_log_two_per_kind():
    loss = losses.discriminator_loss(UNDECIDED, UNDECIDED, UNDECIDED, "log")
    assert float(loss) == pytest.approx(3 * math.log(2))


def test_undecided_least_squares_discriminator_pays_two_thirds():
    third = np.full_like(HIGH, 1 / 3)
    loss = losses.discriminator_loss(third, third, third, "lsgan")
    assert float(loss) == pytest.approx(2 / 3)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mistaken", [0, 1, 2])
def test_only_crisp_cartoons_count_as_real(form, mistaken):
    right = [np.ones_like(HIGH), UNDECIDED, UNDECIDED]
    if form == "log":
        right = [HIGH, LOW, LOW]
    wrong = list(right)
    wrong[mistaken] = right[1] if mistaken == 0 else right[0]
    good = losses.discriminator_loss(*right, form)
    bad = losses.discriminator_loss(*wrong, form)
    assert float(good) == pytest.approx(0, abs=1e-3)
    assert float(bad) >= 1 - 1e-3


@pytest.mark.parametrize("form", FORMS)
def test_generator_is_paid_for_fooling_the_discriminator(form):
    fooled = losses.generator_loss(np.ones_like(HIGH), form)
    caught = losses.generator_loss(UNDECIDED, form)
    assert float(fooled) < float(caught)


def test_log_form_is_cross_entropy(random):
    real, smoothed, fake = random.normal(size=(3, 2, 4, 6, 1))

    def sigmoid(logits):
        return 1 / (1 + np.exp(-logits))

    expected = -(
        np.log(sigmoid(real)).mean()
        + np.log(1 - sigmoid(smoothed)).mean()
        + np.log(1 - sigmoid(fake)).mean()
    )
    actual = losses.discriminator_loss(real, smoothed, fake, "log")
    assert float(actual) == pytest.approx(expected, rel=1e-5)
    actual = losses.generator_loss(fake, "log")
    assert float(actual) == pytest.approx(
        -np.log(sigmoid(fake)).mean(), rel=1e-5
    )


def test_log_form_survives_huge_logits():
    huge = 1e4 * HIGH
    assert np.isfinite(losses.discriminator_loss(-huge, huge, huge, "log"))


def test_content_loss_is_the_mean_absolute_difference(random):
    photos, cartoons = random.normal(size=(2, 2, 3, 4, 5)).astype("float32")
    expected = np.abs(photos - cartoons).mean()
    actual = losses.content_loss(photos, cartoons)
    assert float(actual) == pytest.approx(expected, rel=1e-5)


def images_of(random, *shape):
    return random.uniform(-1, 1, shape).astype("float32")


def test_a_photo_has_its_own_colors(random):
    photos = images_of(random, 2, 16, 24, 3)
    assert float(losses.color_loss(photos, photos)) == 0


def test_color_loss_is_blind_to_texture_inside_of_a_cell(random):
    """Noise without its mean over each 8x8 pixels costs nothing."""
    photos = images_of(random, 2, 16, 24, 3)
    noise = images_of(random, 2, 2, 8, 3, 8, 3)
    noise -= noise.mean(axis=(2, 4), keepdims=True)
    textured = photos + noise.reshape(photos.shape)
    assert np.abs(noise).mean() > 0.3
    assert float(losses.color_loss(photos, textured)) < 1e-9
    moved = np.roll(noise.reshape(photos.shape), 4, axis=2)
    assert float(losses.color_loss(photos, photos + moved)) > 1e-4


def test_color_loss_is_a_mean_of_squares_over_cells_and_yuv(random):
    photos, cartoons = images_of(random, 2, 2, 16, 24, 3)
    cells = (cartoons - photos).reshape(2, 2, 8, 3, 8, 3).mean(axis=(2, 4))
    red, green, blue = np.moveaxis(cells, -1, 0)
    y = 0.299 * red + 0.587 * green + 0.114 * blue
    u, v = 0.492 * (blue - y), 0.877 * (red - y)
    expected = ((0.1 * y) ** 2 + u**2 + v**2).mean() / 3
    actual = losses.color_loss(photos, cartoons)
    assert float(actual) == pytest.approx(expected, rel=5e-3)


def test_luminance_counts_for_a_tenth():
    """A gray shift moves Y alone; one of V alone is 1.14 in red."""
    photos = np.zeros((1, 16, 24, 3), "float32")
    lighter = photos + np.float32(0.5)
    assert float(losses.color_loss(photos, lighter)) == pytest.approx(
        (0.1 * 0.5) ** 2 / 3, rel=1e-4
    )
    redder = photos + np.array([0.5 * 1.14, -0.5 * 0.581, 0], "float32")
    assert float(losses.color_loss(photos, redder)) == pytest.approx(
        0.5**2 / 3, rel=1e-2
    )


def test_variation_loss_agrees_with_numpy(random):
    images = images_of(random, 2, 5, 7, 3)
    expected = sum(np.abs(np.diff(images, axis=a)).mean() for a in (1, 2))
    actual = losses.variation_loss(images)
    assert float(actual) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    "loss",
    [losses.generator_loss, lambda x, f: losses.discriminator_loss(x, x, x, f)],
)
def test_an_unknown_form_is_refused(loss):
    with pytest.raises(ValueError, match="'hinge'"):
        loss(UNDECIDED, "hinge")
