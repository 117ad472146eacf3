import numpy as np
import pytest

from cartoongan_tf.analysis import photo_consistency
from cartoongan_tf.analysis import quality
from cartoongan_tf.analysis import structure
from cartoongan_tf.evaluation import evaluator
from cartoongan_tf.evaluation import kid_fid
from cartoongan_tf.images import pictures
from cartoongan_tf.inference import loading
from cartoongan_tf.training import evaluation_callback
from cartoongan_tf.training import run_log


class Colors:
    """Features that need no weights: mean and spread of each color."""

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
    for number, path in enumerate(photos):
        wall = np.full((256, 280, 3), 170 + number, "uint8")
        wall[:, 200:] = 60
        pictures.write_png(path, wall)
    cartoons = sorted(make_folder("cartoons", 5).iterdir())

    def run(steps, every=2, start=0, shift=0.0):
        log = run_log.RunLog(tmp_path, start or -1)
        callback = evaluation_callback.Evaluations(
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
        return [
            (int(row["step"]), float(row[quality.SCORE]))
            for row in rows
            if row[quality.SCORE]
        ]

    run.photos, run.cartoons = photos, cartoons
    return run


def test_evaluations_run_periodically_and_at_the_end(run):
    assert [step for step, _ in run(5)] == [12, 14, 15]


def compare(photos, cartoons):
    pool = photo_consistency.Pool()
    for photo, cartoon in zip(photos, cartoons, strict=True):
        pool.add(structure.find_structure(photo), cartoon)
    return pool.result()


def test_metrics_are_those_of_the_held_out_photos(run, generator, tmp_path):
    run(2)
    (row,) = run_log.read_table(tmp_path)
    cartoonize = loading.from_generator(generator)
    photos, aim = (
        [evaluator.read_crop(path, 256) for path in paths]
        for paths in (run.photos, run.cartoons)
    )
    made = [cartoonize(photo) for photo in photos]
    distance = kid_fid.kernel_distance(Colors()(made), Colors()(aim))
    metrics = quality.components(compare(photos, made), compare(photos, photos))
    expected = {
        "KID-768": distance,
        **metrics,
        quality.SCORE: quality.score(distance, metrics),
    }
    actual = {name: float(row[name]) for name in expected}
    assert actual == pytest.approx(expected, rel=1e-5, abs=1e-7)
    assert actual[quality.SCORE] > 1000 * actual["KID-768"]


def test_the_quality_score_selects_the_best_generator(
    run, generator, tmp_path, monkeypatch
):
    distance = iter((0.001, 0.002))
    monkeypatch.setattr(
        kid_fid, "kernel_distance", lambda *features: next(distance)
    )
    run(2)
    # Nearly white: it has no contours, but no strokes all over either.
    (_, first), (_, second) = run(2, start=12, shift=9.0)
    assert second < first
    assert_kept(tmp_path, weights_of(generator))


def test_undefined_metrics_are_left_out_of_the_log(run, tmp_path):
    for path in run.photos:
        pictures.write_png(path, np.full((40, 56, 3), 90, "uint8"))
    run(2)
    (row,) = run_log.read_table(tmp_path)
    assert row["contours_kept"] == row["contrast_kept"] == ""
    assert (
        row["stray_strokes"] == row["grid_added"] == "0" or row[quality.SCORE]
    )


def test_a_log_without_quality_scores_is_resumed(run, generator, tmp_path):
    columns = run_log.COLUMNS[: run_log.COLUMNS.index("stray_strokes")]
    values = {"step": "12", "phase": "adversarial", "KID-768": "-99"}
    (tmp_path / "log.csv").write_text(
        ",".join(columns)
        + "\n"
        + ",".join(values.get(name, "") for name in columns)
        + "\n"
    )
    run(2, start=12)
    assert_kept(tmp_path, weights_of(generator))


def weights_of(network):
    return [weight.numpy() for weight in network.weights]


def assert_kept(folder, weights):
    kept = loading.load_generator(
        folder / evaluation_callback.BEST_FILE, "model"
    )
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
