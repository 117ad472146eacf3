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


@pytest.mark.parametrize(
    "loss",
    [losses.generator_loss, lambda x, f: losses.discriminator_loss(x, x, x, f)],
)
def test_an_unknown_form_is_refused(loss):
    with pytest.raises(ValueError, match="'hinge'"):
        loss(UNDECIDED, "hinge")
