import dataclasses

import inception_maker
import numpy as np
import pytest

from cartoongan_tf.analysis import drawn_score
from cartoongan_tf.analysis import faces
from cartoongan_tf.analysis import photo_consistency
from cartoongan_tf.analysis import quality
from cartoongan_tf.analysis import structure
from cartoongan_tf.core import progress
from cartoongan_tf.data import pipeline
from cartoongan_tf.evaluation import color_drift
from cartoongan_tf.evaluation import evaluator
from cartoongan_tf.evaluation import inception
from cartoongan_tf.evaluation import kid_fid
from cartoongan_tf.images import pictures
from cartoongan_tf.losses import losses
from cartoongan_tf.losses import perceptual_features

SIZE = 32


@pytest.fixture(scope="module")
def inception_features(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inception")
    return inception.load_inception(
        inception_maker.make_weights(folder / "tiny.npz")
    )


@pytest.fixture
def photos(make_folder):
    """More than one batch of them."""
    return sorted(make_folder("photos", 11).iterdir())


@pytest.fixture
def cartoons(make_folder):
    return sorted(make_folder("cartoons", 4, height=60, width=50).iterdir())


@pytest.fixture
def evaluate(inception_features, photos, cartoons):
    def evaluate(methods, content_features=None, detector=None):
        return evaluator.evaluate(
            methods,
            photos,
            cartoons,
            image_size=SIZE,
            inception_features=inception_features,
            content_features=content_features,
            detector=detector,
        )

    return evaluate


@pytest.fixture
def walls(photos):
    """Makes the photos flat, but for a contour."""
    for number, path in enumerate(photos):
        wall = np.full((40, 56, 3), 170 + number, "uint8")
        wall[:, 36:] = 60
        pictures.write_png(path, wall)


def bright_faces(picture):
    """A detector: a face where a picture is bright, another if it is all so."""
    here, there = faces.Box(0, 0, 8, 8), faces.Box(20, 20, 30, 30)
    return [here, there][: int(picture[0, 0, 0] > 99) + (picture.min() > 99)]


def compare(before, after):
    pool = photo_consistency.Pool()
    for photo, cartoon in zip(before, after, strict=True):
        pool.add(structure.find_structure(photo), cartoon)
    return pool.result()


def negative(picture):
    return 255 - picture


def crops(paths):
    return [
        pipeline.center_crop(pictures.read_picture(path), SIZE).numpy()
        for path in paths
    ]


def test_scores_equal_the_metrics_of_all_pictures(
    evaluate, inception_features, photos, cartoons
):
    score = evaluate({"negative": negative}, perceptual_features.pyramid)[
        "negative"
    ]
    before = crops(photos)
    after = [255 - crop for crop in before]
    made, real, aim = map(inception_features, (after, before, crops(cartoons)))
    images = [pictures.to_network(np.stack(many)) for many in (before, after)]
    drifts = list(map(color_drift.compare, before, after))
    line_stats = [drawn_score.line_stats(crop) for crop in after]
    expected = evaluator.Score(
        kernel_to_cartoons=kid_fid.kernel_distance(made, aim),
        kernel_error=kid_fid.kernel_distance_error(made, aim),
        kernel_to_photos=kid_fid.kernel_distance(made, real),
        frechet_to_cartoons=kid_fid.frechet_distance(made, aim),
        frechet_to_photos=kid_fid.frechet_distance(made, real),
        content=float(
            losses.content_loss(*map(perceptual_features.pyramid, images))
        ),
        drift=np.mean([drift.distance for drift in drifts]),
        turned=sum(d.turned for d in drifts) / sum(d.colored for d in drifts),
        edges=np.mean([line.edges for line in line_stats]),
        texture=np.mean([line.texture for line in line_stats]),
        drawn=np.mean([line.drawn for line in line_stats]),
        comparison=compare(before, after),
        faces=None,
        faces_kept=None,
        quality=quality.score(
            kid_fid.kernel_distance(made, aim),
            quality.components(compare(before, after), compare(before, before)),
        ),
    )
    assert flattened(score) == pytest.approx(
        flattened(expected), rel=1e-3, nan_ok=True
    )
    assert expected.turned > 0.5


def flattened(score):
    """All metrics by name; those that make no sense are NaN."""
    metrics = dataclasses.asdict(score)
    metrics |= metrics.pop("comparison")._asdict()
    return {n: np.nan if v is None else v for n, v in metrics.items()}


def test_strokes_on_walls_lower_the_quality(evaluate, walls):
    def dash(picture):
        dashed = picture.copy()
        dashed[8:10, 2:8] = 0
        return dashed

    scores = evaluate({"dashed": dash})
    photos, dashed = scores["photos"], scores["dashed"]
    assert photos.comparison.stray == 0
    assert dashed.comparison.stray > 0.05
    assert photos.comparison.contours == dashed.comparison.contours == 1
    assert photos.quality == pytest.approx(1000 * photos.kernel_to_cartoons)
    penalty = dashed.quality - 1000 * dashed.kernel_to_cartoons
    assert penalty > (dashed.comparison.stray - 0.003) / 0.01


def test_only_grid_added_to_the_photos_is_penalized(evaluate, walls, photos):
    for path in photos:
        combed = pictures.read_picture(path).copy()
        combed[:, ::8] -= 5
        pictures.write_png(path, combed)
    score = evaluate({})["photos"]
    assert score.comparison.grid > 0.5
    assert score.quality == pytest.approx(1000 * score.kernel_to_cartoons)


def test_faces_of_photos_are_searched_in_cartoons(evaluate, photos):
    for number, path in enumerate(photos):
        value = 200 if number < 6 else 20
        pictures.write_png(path, np.full((40, 56, 3), value, "uint8"))

    def spoil(picture):
        spoiled = picture.copy()
        spoiled[5, 5] = 0
        return spoiled

    scores = evaluate({"spoiled": spoil}, detector=bright_faces)
    assert scores["photos"].faces == scores["spoiled"].faces == 12
    assert scores["photos"].faces_kept == 1
    assert scores["spoiled"].faces_kept == 0.5
    assert scores["cartoons"].faces is scores["cartoons"].faces_kept is None


def test_without_faces_the_kept_share_is_undefined(evaluate):
    score = evaluate({}, detector=lambda picture: [])["photos"]
    assert score.faces == 0
    assert score.faces_kept is None


def test_photos_come_first_and_cartoons_last(evaluate):
    scores = evaluate({"negative": negative, "copy": evaluator.identity})
    assert list(scores) == ["photos", "negative", "copy", "cartoons"]
    photos, _, copy, cartoons = scores.values()
    assert photos.kernel_to_photos is photos.frechet_to_photos is None
    assert photos.drift == photos.turned == 0
    assert cartoons.kernel_to_cartoons is cartoons.kernel_error is None
    assert cartoons.content is cartoons.drift is cartoons.turned is None
    metrics = cartoons.comparison._replace(grid=None)._asdict().items()
    told = {name for name, value in metrics if value is not None}
    assert told == {"dark", "light"}
    assert cartoons.quality is None
    assert cartoons.kernel_to_photos == pytest.approx(photos.kernel_to_cartoons)
    assert copy.frechet_to_photos == pytest.approx(0, abs=1e-6)
    assert copy.edges == photos.edges != cartoons.edges


def test_progress_counts_pictures_of_all_methods(evaluate, capsys, monkeypatch):
    monkeypatch.setattr(progress, "_LINE_INTERVAL", 0.0)
    evaluate({"negative": negative})
    lines = [line for line in capsys.readouterr().err.split("\n") if line]
    shares = [line.split(",")[0] for line in lines]
    assert shares == [
        "Measuring cartoons: 100%",
        "Measuring photos: 36%",
        "Measuring photos: 73%",
        "Measuring photos: 86%",
        "Measuring photos: 100%",
    ]


def test_content_is_skipped_or_zero_for_unchanged_photos(evaluate):
    assert evaluate({})["photos"].content is None
    assert evaluate({}, perceptual_features.pyramid)["photos"].content == 0


def test_gray_photos_have_no_turned_hues(evaluate, photos):
    for photo in photos:
        pictures.write_png(photo, np.full((40, 56, 3), 90, "uint8"))
    assert evaluate({"negative": negative})["negative"].turned is None


def test_features_of_files_are_those_of_center_crops(
    inception_features, photos, capsys
):
    actual = evaluator.file_features(
        inception_features, photos, SIZE, "Describing"
    )
    np.testing.assert_array_equal(actual, inception_features(crops(photos)))
