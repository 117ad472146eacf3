import pytest

from cartoongan_tf.losses import objective
from cartoongan_tf.losses import perceptual_features
from cartoongan_tf.training import divergence_guard


class Step:
    """Stands where a model would: the guard asks it for its step."""

    step = 7
    loss_scales = ()


def make_guard(name="content_loss"):
    by_pixels = objective.PixelObjective("photo")
    by_content = objective.Objective(perceptual_features.pyramid, 1.0)
    guard = divergence_guard.DivergenceGuard(
        by_pixels if name == "pixel_loss" else by_content
    )
    guard.set_model(Step())
    return guard


def feed(values, name="content_loss"):
    guard = make_guard(name)
    for value in values:
        guard.on_train_batch_end(0, {name: value})
        # A step without features.
        guard.on_train_batch_end(0, {"total_loss": 5.0})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_non_finite_loss_stops_the_run(value):
    guard = make_guard()
    with pytest.raises(
        divergence_guard.Diverged, match=r"total_loss became .* step 7"
    ):
        guard.on_train_batch_end(0, {"content_loss": 1, "total_loss": value})


def test_a_collapsed_content_loss_stops_the_run():
    with pytest.raises(
        divergence_guard.Diverged, match="has been 564 over the last 50"
    ):
        feed([300.0] * 50 + [600.0] * 50)


def test_a_high_content_loss_at_the_start_is_allowed():
    feed([620.0] * 200)


def test_a_short_spike_does_not_stop_the_run():
    feed(([300.0] * 60 + [900.0] * 10) * 3)


def test_a_collapsed_warm_up_stops_the_run():
    with pytest.raises(
        divergence_guard.Diverged, match=r"has been 0\.2\d .* was 0\.10"
    ):
        feed([0.5] * 50 + [0.1] * 100 + [0.9] * 50, "pixel_loss")


def test_a_noisy_warm_up_does_not_stop_the_run():
    feed([0.6, 0.4] * 50 + ([0.09, 0.17] * 25 + [0.5] * 5) * 3, "pixel_loss")
