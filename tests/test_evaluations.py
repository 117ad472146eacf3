import numpy as np
import pytest

from cartoongan_tf import artifacts
from cartoongan_tf import distances
from cartoongan_tf import evaluating
from cartoongan_tf import evaluations
from cartoongan_tf import run_log


class Colors:
    """Features that need no weights: mean and spread of each colour."""

    name = "768"

    def __call__(self, many):
        stack = np.stack(list(many)) / 255
        axes = (1, 2)
        return np.concatenate([stack.mean(axes), stack.std(axes)], axis=-1)


class Phase:
    """Stands where a model would: the callback asks it for little."""

    def __init__(self, generator):
        self.step = 0
        self.averaged_generator = generator


@pytest.fixture
def run(generator, make_folder, tmp_path):
    photos = sorted(make_folder("photos", 4).iterdir())
    cartoons = sorted(make_folder("cartoons", 5).iterdir())

    def run(steps, every=2, start=0, shift=0.0):
        log = run_log.RunLog(tmp_path, start or -1)
        callback = evaluations.Evaluations(
            log,
            "adversarial",
            tmp_path,
            photos,
            cartoons,
            Colors(),
            offset=10,
            every=every,
            last=15,
        )
        phase = Phase(generator)
        phase.step = max(0, start - 10)
        callback.set_model(phase)
        callback.on_train_begin()
        bias = generator.trainable_weights[-1]
        bias.assign(bias + shift)
        for _ in range(steps):
            phase.step += 1
            callback.on_train_batch_end(0, {})
        log.close()
        rows = run_log.read_table(tmp_path)
        return [(int(row["step"]), float(row["KID-768"])) for row in rows]

    run.photos, run.cartoons = photos, cartoons
    return run


def test_evaluations_come_now_and_then_and_at_the_end(run):
    assert [step for step, _ in run(5)] == [12, 14, 15]


def test_the_distance_is_that_of_the_cartoons_of_held_back_photos(
    run, generator
):
    (_, first), *_ = run(2)
    cartoonize = artifacts.from_generator(generator)
    made, wanted = (
        Colors()(make(evaluating.read_crop(path, 256)) for path in paths)
        for make, paths in (
            (cartoonize, run.photos),
            (evaluating.unchanged, run.cartoons),
        )
    )
    expected = distances.kernel_distance(made, wanted)
    assert first == pytest.approx(expected, rel=1e-5)


def weights_of(network):
    return [weight.numpy() for weight in network.weights]


def assert_kept(folder, weights):
    kept = artifacts.load_generator(folder / evaluations.BEST_FILE, "--model")
    for actual, expected in zip(weights_of(kept), weights, strict=True):
        np.testing.assert_array_equal(actual, expected)


def test_a_worse_generator_does_not_replace_the_best(run, generator, tmp_path):
    run(2)
    good = weights_of(generator)
    (_, first), (_, second) = run(2, start=12, shift=3.0)
    assert second > first
    assert_kept(tmp_path, good)


def test_a_better_generator_replaces_the_best(run, generator, tmp_path):
    run(2, shift=3.0)
    (_, first), (_, second) = run(2, start=12, shift=-3.0)
    assert second < first
    assert_kept(tmp_path, weights_of(generator))
